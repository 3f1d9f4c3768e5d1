import type { Character } from "../../../app/game/state/character.ts";
import type { Problem } from "../../../app/game/state/problem.ts";
import { type Kind, problemSteps, type Rank, ranks } from "../../../app/game/world/world.ts";

/** What the players of a simulated world meant to do: whatever a replica shows must say the same. */
export class Account {
  readonly #mined = new Map<string, number>();
  readonly #given = new Map<string, number>();
  readonly #received = new Map<string, number>();
  /** By name: `JSON` of each act, in no order. */
  readonly #acts = new Map<string, string[]>();
  /** By `rank/round`, then by name. */
  readonly #damage = new Map<string, Map<string, number>>();
  /** By `rank/round`, each hit with its number. */
  readonly hits = new Map<string, { name: string; n: number; steps: number }[]>();
  /** By `rank/round`, then by name: whether the player saw the round finished by the own hit. */
  readonly finishers = new Map<string, Map<string, "yes" | "perhaps">>();

  addMined(name: string, coins: number): void {
    this.#mined.set(name, (this.#mined.get(name) ?? 0) + coins);
  }

  addTransfer(from: string, to: string, coins: number): void {
    this.#given.set(from, (this.#given.get(from) ?? 0) + coins);
    this.#received.set(to, (this.#received.get(to) ?? 0) + coins);
  }

  /** All coins together are those mined less those spent. */
  checkMoney(characters: readonly Character[]): void {
    const sum = (counts: Iterable<number>) => [...counts].reduce((a, b) => a + b, 0);
    const held = sum(characters.map(({ coins }) => coins));
    const spent = sum(characters.map(({ credits, given, coins }) => credits - given - coins));
    const mined = sum(this.#mined.values());
    must(held + spent === mined, () => `${held} coins held and ${spent} spent of ${mined} mined`);
  }

  addAct(name: string, act: unknown): void {
    this.#acts.set(name, [...this.#acts.get(name) ?? [], JSON.stringify(act)]);
  }

  addFinisher(rank: Rank, round: number, name: string, how: "yes" | "perhaps"): void {
    const place = `${rank}/${round}`;
    if (!this.finishers.has(place)) this.finishers.set(place, new Map());
    const byName = this.finishers.get(place)!;
    if (byName.get(name) !== "yes") byName.set(name, how);
  }

  addHit(rank: Rank, round: number, name: string, steps: number, n: number): void {
    const place = `${rank}/${round}`;
    this.hits.set(place, [...this.hits.get(place) ?? [], { name, n, steps }]);
    if (!this.#damage.has(place)) this.#damage.set(place, new Map());
    const byName = this.#damage.get(place)!;
    byName.set(name, (byName.get(name) ?? 0) + steps);
  }

  /** None of the player's hits has finished the round. */
  dropFinisher(rank: Rank, round: number, name: string): void {
    this.finishers.get(`${rank}/${round}`)!.delete(name);
  }

  ranksHit(): Rank[] {
    const hit = Array.from(this.#damage.keys(), (place) => place.split("/")[0]);
    return ranks.filter((rank) => hit.includes(rank));
  }

  /** Who has risen for a round has finished it, or hit it last as far as some replica knew. */
  checkRisen(place: string, risen: readonly string[]): void {
    const hits = this.hits.get(place)!;
    const sum = (some: typeof hits) => some.reduce((sum, { steps }) => sum + steps, 0);
    const steps = problemSteps.get(place.split("/")[0] as Rank)!;
    const over = sum(hits) >= steps;
    must(over === risen.length > 0, () => `${place} has promoted ${risen}, over: ${over}`);
    const finishers = this.finishers.get(place) ?? new Map();
    for (const [name, how] of finishers) {
      must(how !== "yes" || risen.includes(name), () => `${place} was finished by ${name}`);
    }
    for (const name of risen) {
      const last = Math.max(...hits.filter((hit) => hit.name === name).map(({ n }) => n));
      must(
        finishers.has(name) || sum(hits.filter(({ n }) => n <= last)) >= steps,
        () => `${place} has promoted ${name}, who did not end it`,
      );
    }
  }

  /** The store holds what the player did, and the character is what comes of it. */
  checkCharacter(
    character: Character,
    deeds: ReadonlyMap<string, string>,
    fold: string | undefined,
    hadFailures: boolean,
  ): void {
    const { name, credits, given, coins, hardware, skipped } = character;
    must(skipped === 0, () => `${skipped} records of ${name} are not well-formed`);
    const earned = (this.#mined.get(name) ?? 0) + (this.#received.get(name) ?? 0);
    must(credits === earned, () => `${name} got ${earned} coins and is credited ${credits}`);
    const gave = this.#given.get(name) ?? 0;
    must(given === gave, () => `${name} gave ${gave} coins, and ${given} are gone`);
    const meant = (this.#acts.get(name) ?? []).toSorted().join();
    const found = [...deeds.values()].toSorted().join();
    must(found === meant, () => `${name} did ${meant} and the store holds ${found}`);
    const { spent, owned } = foldPlainly(deeds, fold, hadFailures);
    const left = earned - gave - spent;
    must(coins === left, () => `${name} has ${coins} coins instead of ${left}`);
    must(coins >= 0 || gave > 0, () => `${name} has ${coins} coins`);
    for (const kind of new Set([...owned.keys(), ...hardware.keys()])) {
      const [is, should] = [hardware.get(kind) ?? 0, owned.get(kind) ?? 0];
      must(is === should, () => `${name} has ${is} instead of ${should} ${kind}`);
    }
  }

  /** The problem lacks as many steps as all hits leave; each round before has promoted its own. */
  checkProblem(
    { rank, round, remaining, rounds, skipped }: Problem,
    characters: readonly Character[],
  ): void {
    must(skipped === 0, () => `${skipped} records of ${rank} are not well-formed`);
    const steps = problemSteps.get(rank)!;
    const damage = (n: number) => this.#damage.get(`${rank}/${n}`);
    const sum = (n: number) => [...damage(n)?.values() ?? []].reduce((a, b) => a + b, 0);
    const left = Math.max(0, steps - sum(round));
    must(remaining === left, () => `${rank}/${round} needs ${remaining} instead of ${left}`);
    const hit = [...this.#damage.keys()].filter((place) => place.startsWith(`${rank}/`));
    // To turn to a round is no hit.
    const shown = [...rounds.values()].filter((hits) =>
      [...hits.values()].some(({ total }) => total > 0)
    );
    must(
      hit.length === shown.length,
      () => `${rank}: ${shown.length} rounds hit instead of ${hit}`,
    );
    const risen = characters
      .filter((character) => ranks.indexOf(character.rank) > ranks.indexOf(rank))
      .map(({ name }) => name);
    const entitled = new Set<string>();
    for (let n = 1; n < round; n++) {
      const hitters = [...damage(n)?.keys() ?? []];
      must(sum(n) >= steps, () => `${rank}/${n} ended after ${sum(n)} of ${steps} steps`);
      must(
        hitters.some((name) => risen.includes(name)),
        () => `${rank}/${n} was finished and promoted nobody`,
      );
      for (const name of hitters) entitled.add(name);
    }
    for (const name of risen) {
      must(entitled.has(name), () => `${name} never solved the problem of ${rank}`);
    }
  }
}

/**
 * What the deeds come to, by the words of docs/game.md and without the game's own code. Where calls have
 * failed, a deed may have come after its chapter was folded.
 */
function foldPlainly(
  deeds: ReadonlyMap<string, string>,
  fold: string | undefined,
  hadFailures: boolean,
) {
  let owned = new Map<Kind, number>([["cpu", 1]]);
  let spent = 0;
  const folded = fold === undefined ? undefined : JSON.parse(fold);
  const sorted = [...deeds.keys()].sort();
  const firstUnfolded = folded === undefined
    ? 0
    : sorted.filter((key) => Math.floor(Number(key.split("/")[2]) / 10) < folded.chapter).length;
  const checkFold = () => {
    const inOrder = (counts: Iterable<[string, number]>) =>
      JSON.stringify([...counts].filter(([, count]) => count > 0).sort());
    const [is, should] = [inOrder(Object.entries(folded.hardware)), inOrder(owned)];
    if (hadFailures) {
      owned = new Map(Object.entries<number>(folded.hardware));
      spent = folded.spent;
      return;
    }
    must(is === should, () => `chapters before ${folded.chapter} come to ${should}, not ${is}`);
    must(folded.spent === spent, () => `they cost ${spent}, not ${folded.spent}`);
  };
  for (const [index, key] of sorted.entries()) {
    if (folded !== undefined && index === firstUnfolded) checkFold();
    const act = JSON.parse(deeds.get(key)!);
    const before = owned.get(act.kind) ?? 0;
    if (act.deed === "broke") {
      owned.set(act.kind, Math.floor(before / 4));
      const machines = ["cpu", "gpu", "asic", "quantum", "dark_matter"];
      if (!machines.some((kind) => (owned.get(kind) ?? 0) > 0)) owned.set("cpu", 1);
    } else if (act.cost + spent + (act.given ?? 0) <= act.seen) {
      spent += act.cost;
      owned.set(act.kind, before + act.count);
    }
  }
  return { spent, owned };
}

/** @throws {Error} Something does not hold, as `otherwise` says. */
export function must(holds: boolean, otherwise: () => string): void {
  if (!holds) throw new Error(otherwise());
}
