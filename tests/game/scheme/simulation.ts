/**
 * Sessions of a few players on a simulated cluster, and what must hold of the game's state there.
 *
 * The sessions run the game's own moves. What they meant to do is kept in a plain account, and after
 * the replicas have converged the account and every replica must say the same.
 *
 * @module
 */

import { type Character, readCharacter } from "../../../app/game/state/character.ts";
import { type Dice, diceFrom } from "../../../app/game/world/dice.ts";
import { keys } from "../../../app/game/state/keys.ts";
import { face } from "../../../app/game/state/moves.ts";
import { readProblem } from "../../../app/game/state/problem.ts";
import { Session } from "../../../app/game/state/session.ts";
import { StoreFailure } from "../../../app/game/state/store.ts";
import { TermStore } from "../../../app/game/state/term_store.ts";
import { ranks } from "../../../app/game/world/world.ts";
import { Prng } from "../../../simulate/world/prng.ts";
import { Account, must } from "./account.ts";
import { checkedGroups, checkGroupAtOnce, checkGroupsInOrder } from "./groups.ts";
import { Keepers } from "./keepers.ts";
import { SimulatedPlayer } from "./player.ts";
import { SimulatedClient, SimulatedCluster } from "./simulated_cluster.ts";
import { unsettledRounds } from "./unsettled_rounds.ts";

/** How a world is simulated. */
export interface SimulationOptions {
  readonly sessions: number;
  readonly replicas?: number;
  /** Moves that each session makes. */
  readonly moves?: number;
  /** Players whom the sessions belong to. */
  readonly players?: number;
  /** Whether there are study groups, and some who keep the world in order. Default: no. */
  readonly isSocial?: boolean;
}

/** What a simulated world came to: equal for equal seeds. */
export interface SimulationResult {
  readonly digest: string;
  readonly failures: number;
  readonly voided: number;
  readonly promotions: number;
  /** Chapters of deeds that were folded. */
  readonly folded: number;
  /** How often a host did not let a player in. */
  readonly refused: number;
}

const allNames = ["Ada", "Bob", "Cleo", "Dan", "Eve"];
/** Those who played before, and are gone. */
const [yan, zed] = ["Yan", "Zed"];
const headStart = 30;
const phase = { deed: "buy", kind: "phase", count: 1, cost: 6_000, seen: 6_000 } as const;
const oldDamage = 60;
/** What the round in play has lost by then. */
const newDamage = 95;
const oldRoundsMax = 3;
const triesMax = 3;
/** Microtasks between two answers: enough for most sessions to get as far as their next call. */
const turnsBetweenCalls = 4;

/** Simulates the world of a seed. @throws {Error} Something does not hold there. */
export async function simulate(
  seed: number,
  { sessions, replicas = 3, moves = 8, players = 2, isSocial = false }: SimulationOptions,
): Promise<SimulationResult> {
  const names = allNames.slice(0, players);
  const world = new World(seed, { sessions, replicas, names, isSocial });
  await world.play(moves);
  await world.settle();
  const result = await world.check();
  await world.regroup();
  return result;
}

/** How a world is made. */
interface WorldOptions {
  readonly sessions: number;
  readonly replicas: number;
  readonly names: readonly string[];
  readonly isSocial: boolean;
}

class World {
  readonly #dice: Dice;
  readonly #cluster: SimulatedCluster;
  readonly #players: readonly SimulatedPlayer[];
  /** Those who keep it in order, if any do. */
  readonly #keepers: Keepers | undefined;
  readonly #account = new Account();
  readonly #names: readonly string[];
  /** Whether players look around while they play, as they do at a terminal. */
  readonly #looksAround: boolean;
  /** The term that is played, for what looks at a replica itself. */
  readonly #terms: TermStore;
  /** By `rank/round`, who has to rise for what nobody saw finished. */
  #unsettled = new Map<string, string>();

  constructor(seed: number, { sessions, replicas, names, isSocial }: WorldOptions) {
    this.#names = names;
    this.#looksAround = seed % 4 === 2;
    const random = new Prng(seed);
    this.#dice = diceFrom(random);
    // Half of the worlds hardly ever fail, so that nothing hides behind the failures.
    const faultPercent = this.#dice.whole(0, 1) * this.#dice.whole(1, 12);
    this.#cluster = new SimulatedCluster(this.#dice, replicas, faultPercent);
    // Every third world is in its second term, over what is left of the first one.
    const outside = new SimulatedClient(this.#cluster, 0);
    this.#terms = new TermStore(outside, seed % 3 === 1 ? 2 : 1);
    if (this.#terms.term > 1) this.#leaveOldTerm();
    const world = { dice: this.#dice, account: this.#account, names, isSocial };
    const someClient = () => new SimulatedClient(this.#cluster, this.#dice.whole(0, replicas - 1));
    this.#players = Array.from({ length: sessions }, () => {
      const client = someClient();
      const skewMs = this.#dice.whole(-500, 500);
      const tries = this.#dice.whole(1, triesMax);
      const store = new TermStore(client, this.#terms.term);
      const session = new Session(names[this.#dice.whole(0, names.length - 1)], store, {
        now: () => this.#cluster.nowMs + skewMs,
        monotonicMs: () => this.#cluster.nowMs,
        hex64: () => random.hex64(),
      }, { tries });
      return new SimulatedPlayer(session, client, world);
    });
    const environment = { now: () => this.#cluster.nowMs, hex64: () => random.hex64() };
    this.#keepers = isSocial
      ? new Keepers({ dice: this.#dice, names, ...environment }, [someClient(), someClient()])
      : undefined;
    this.#prepare();
  }

  /**
   * Gives everyone coins to argue about and electricity for what they buy, and the first problem an old dent, so
   * that it gets solved: sometimes after rounds that nobody has seen finished.
   */
  #prepare(): void {
    for (const name of this.#names) {
      const session = `${name}.${"0".repeat(16)}`;
      this.#put(0, keys.mined(name, session), String(headStart + phase.cost));
      this.#account.addMined(name, headStart + phase.cost);
      this.#put(0, keys.deed(name, 1, session), JSON.stringify(phase));
      this.#account.addAct(name, phase);
    }
    const oldRounds = Math.max(0, this.#dice.whole(-oldRoundsMax, oldRoundsMax));
    for (let round = 1; round <= oldRounds; round++) {
      this.#hitLongAgo(round, zed, 1);
      this.#hitLongAgo(round, yan, 2);
    }
    this.#hitLongAgo(oldRounds + 1, zed, 1, newDamage);
    this.#cluster.converge();
  }

  /** What players did in the term before: none of it is to count. */
  #leaveOldTerm(): void {
    for (const name of this.#names) {
      const session = `${name}.${"f".repeat(16)}`;
      this.#cluster.put(0, keys.mined(name, session), "1000");
      this.#cluster.put(0, keys.rank(name, ranks[1]), "true");
      this.#cluster.put(0, keys.damage(ranks[0], 1, session), '{"total":99,"n":9,"at":0}');
    }
  }

  #hitLongAgo(round: number, name: string, n: number, total = oldDamage): void {
    const hits = { total, n, at: 0 };
    const key = keys.damage(ranks[0], round, `${name}.${"0".repeat(16)}`);
    this.#put(0, key, JSON.stringify(hits));
    this.#account.addHit(ranks[0], round, name, total, n);
  }

  async play(moves: number): Promise<void> {
    // Players come through doors, whose hosts ask a server as well.
    const mayMove = async ({ session }: SimulatedPlayer, host: SimulatedClient) =>
      await this.#keepers?.letsIn(host, session.name) ?? true;
    await this.#together([
      ...this.#players.map((player) => {
        const host = new SimulatedClient(this.#cluster, 0);
        return () => player.play(moves, this.#looksAround, () => mayMove(player, host));
      }),
      ...this.#keepers?.acting(moves) ?? [],
    ]);
  }

  #list(replica: number, prefix: string): Map<string, string> {
    const terms = this.#terms;
    return terms.outOfTerm(prefix, this.#cluster.list(replica, terms.inTerm(prefix)));
  }

  #get(replica: number, key: string): string | undefined {
    return this.#cluster.get(replica, this.#terms.inTerm(key));
  }

  #put(replica: number, key: string, value: string): void {
    this.#cluster.put(replica, this.#terms.inTerm(key), value);
  }

  /** Nothing fails any more; everyone writes what is owed, and somebody looks at every problem. */
  async settle(): Promise<void> {
    this.#cluster.calm();
    await this.#together(this.#players.map((player) => () => untilDone(() => player.read())));
    this.#cluster.converge();
    const replica = this.#cluster.replicas.findIndex(({ alive }) => alive);
    this.#unsettled = unsettledRounds((prefix) => this.#list(replica, prefix));
    this.#cluster.nowMs += 10_000;
    const [reader] = this.#players;
    await this.#atOnce([async () => {
      for (const rank of this.#account.ranksHit()) {
        await untilDone(() => face(reader.session, rank));
      }
      await untilDone(() => reader.read());
    }]);
  }

  /** When all is settled, and known to all: players join groups and leave them, one after the other. */
  async regroup(): Promise<void> {
    if (this.#keepers === undefined) return;
    const byName = new Map(this.#players.map(({ session }) => [session.name, session]));
    const order = {
      dice: this.#dice,
      sessions: [...byName.values()],
      readers: this.#living().map(({ reader }) => reader),
      atOnce: (...acts: readonly (() => Promise<unknown>)[]) =>
        this.#atOnce(acts.map((act) => () => untilDone(act))),
    };
    await checkGroupsInOrder(order);
    await checkGroupAtOnce(order);
  }

  /** Does all of it at once, while nobody does anything else, and lets all replicas know. */
  async #atOnce(acts: readonly (() => Promise<void>)[]): Promise<void> {
    await this.#together(acts);
    this.#cluster.converge();
  }

  /** The replicas that live, and what each shows of the term that is played. */
  #living() {
    return [...this.#cluster.replicas.entries()].filter(([, { alive }]) => alive)
      .map(([replica]) => ({
        replica,
        reader: {
          get: (key: string) => Promise.resolve(this.#get(replica, key)),
          list: (prefix: string) => Promise.resolve(this.#list(replica, prefix)),
        },
      }));
  }

  /** Does all of it at once, the calls to the store in an order that the dice choose. */
  async #together(acts: readonly (() => Promise<void>)[]): Promise<void> {
    let running = acts.length;
    let failure: unknown;
    for (const act of acts) act().catch((error) => failure ??= error).finally(() => running--);
    while (running > 0) {
      // Whoever was answered goes on as far as the next call.
      for (let turn = 0; turn < turnsBetweenCalls; turn++) await undefined;
      if (this.#dice.whole(0, 1) === 0) this.#cluster.step();
      if (this.#cluster.calls.length > 0) this.#cluster.answer();
    }
    if (failure !== undefined) throw failure;
  }

  /** Compares every living replica with the account. */
  async check(): Promise<SimulationResult> {
    const views = new Set<string>();
    let characters: Character[] = [];
    const isWhole = this.#cluster.replicas.every(({ alive, life }) => alive && life === 0);
    const failures = this.#players.reduce((sum, { failures }) => sum + failures, 0);
    for (const { replica, reader } of this.#living()) {
      characters = await Promise.all(
        [...this.#names, yan, zed].map((name) => readCharacter(reader, name)),
      );
      for (const character of characters) {
        this.#account.checkCharacter(
          character,
          this.#list(replica, `deed/${character.name}/`),
          this.#get(replica, keys.fold(character.name)),
          failures > 0,
        );
      }
      const problems = await Promise.all(
        this.#account.ranksHit().map((rank) => readProblem(reader, rank)),
      );
      for (const problem of problems) this.#account.checkProblem(problem, characters);
      for (const [place] of this.#account.hits) {
        const risen = this.#list(replica, `risen/${place}/`);
        this.#account.checkRisen(place, Array.from(risen.keys(), (key) => key.split("/")[3]));
      }
      for (const [place, name] of this.#unsettled) {
        const risen = [...this.#list(replica, `risen/${place}/`).keys()];
        must(
          risen.join() === `risen/${place}/${name}`,
          () => `${place} should have promoted ${name}: ${risen}`,
        );
      }
      const groups = await checkedGroups(reader, this.#names);
      const kept = await this.#keepers?.check(reader, isWhole);
      views.add(JSON.stringify([characters, problems, groups, kept], inOneOrder));
    }
    this.#account.checkMoney(characters);
    must(views.size === 1, () => `replicas differ: ${[...views].join(" | ")}`);
    return {
      digest: [...views][0],
      failures,
      refused: this.#keepers?.refused ?? 0,
      voided: characters.reduce((sum, { voided }) => sum + voided.size, 0),
      folded: characters.reduce((sum, { since }) => sum + since.chapter, 0),
      promotions: characters.filter(({ rank }) => rank !== ranks[0]).length,
    };
  }
}

/** For `JSON.stringify`: maps and sets by their sorted entries. */
function inOneOrder(_key: string, value: unknown): unknown {
  return value instanceof Map || value instanceof Set ? [...value].sort() : value;
}

/** Does something until the store answers. @throws {Error} It never does. */
async function untilDone(act: () => Promise<unknown>): Promise<void> {
  for (let attempts = 0; attempts < 1_000; attempts++) {
    try {
      return void await act();
    } catch (failure) {
      if (!(failure instanceof StoreFailure)) throw failure;
    }
  }
  throw new Error("a session cannot get rid of what it owes");
}
