/**
 * Sessions of a few players on a simulated cluster, and what must hold of the game's state there.
 *
 * The sessions run the game's own moves. What they meant to do is kept in a plain account, and after
 * the replicas have converged the account and every replica must say the same.
 *
 * @module
 */

import { type Character, readCharacter } from "../../app/game/state/character.ts";
import { type Dice, diceFrom } from "../../app/game/world/dice.ts";
import { powerOf } from "../../app/game/world/hardware.ts";
import { keys } from "../../app/game/state/keys.ts";
import { attempt, buy, face, readSelf, turnTo } from "../../app/game/state/moves.ts";
import { transfer } from "../../app/game/state/transfers.ts";
import { readProblem } from "../../app/game/state/problem.ts";
import { rollMining, rollSolving } from "../../app/game/world/rules.ts";
import { Session } from "../../app/game/state/session.ts";
import { StoreFailure } from "../../app/game/state/store.ts";
import { TermStore } from "../../app/game/state/term_store.ts";
import { hardwareFacts, kindsFor, problemSteps, ranks } from "../../app/game/world/world.ts";
import { Account, must } from "./account.ts";
import { Prng } from "../../simulate/world/prng.ts";
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
}

/** What a simulated world came to: equal for equal seeds. */
export interface SimulationResult {
  readonly digest: string;
  readonly failures: number;
  readonly voided: number;
  readonly promotions: number;
  /** Chapters of deeds that were folded. */
  readonly folded: number;
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

interface Player {
  readonly client: SimulatedClient;
  readonly session: Session;
  /** The credits that each replica showed last. */
  readonly shown: Map<string, number>;
}

/** Simulates the world of a seed. @throws {Error} Something does not hold there. */
export async function simulate(
  seed: number,
  { sessions, replicas = 3, moves = 8, players = 2 }: SimulationOptions,
): Promise<SimulationResult> {
  const world = new World(seed, sessions, replicas, allNames.slice(0, players));
  await world.play(moves);
  await world.settle();
  return world.check();
}

/** Reads now and then, and writes what is owed because a server is gone, whatever else is under way. */
async function lookAround(session: Session, isPlaying: () => boolean): Promise<void> {
  while (isPlaying()) {
    try {
      await session.get("");
      await session.settle();
    } catch (failure) {
      if (!(failure instanceof StoreFailure)) throw failure;
    }
  }
}

class World {
  readonly #dice: Dice;
  readonly #cluster: SimulatedCluster;
  readonly #players: Player[];
  readonly #account = new Account();
  readonly #names: readonly string[];
  /** Whether players look around while they play, as they do at a terminal. */
  readonly #looksAround: boolean;
  /** The term that is played, for what looks at a replica itself. */
  readonly #terms: TermStore;
  /** By `rank/round`, who has to rise for what nobody saw finished. */
  #unsettled = new Map<string, string>();
  #failures = 0;

  constructor(seed: number, sessionCount: number, replicaCount: number, names: string[]) {
    this.#names = names;
    this.#looksAround = seed % 4 === 2;
    const random = new Prng(seed);
    this.#dice = diceFrom(random);
    // Half of the worlds hardly ever fail, so that nothing hides behind the failures.
    const faultPercent = this.#dice.whole(0, 1) * this.#dice.whole(1, 12);
    this.#cluster = new SimulatedCluster(this.#dice, replicaCount, faultPercent);
    // Every third world is in its second term, over what is left of the first one.
    const outside = new SimulatedClient(this.#cluster, 0);
    this.#terms = new TermStore(outside, seed % 3 === 1 ? 2 : 1);
    if (this.#terms.term > 1) this.#leaveOldTerm();
    this.#players = Array.from({ length: sessionCount }, () => {
      const client = new SimulatedClient(this.#cluster, this.#dice.whole(0, replicaCount - 1));
      const skewMs = this.#dice.whole(-500, 500);
      const tries = this.#dice.whole(1, triesMax);
      const store = new TermStore(client, this.#terms.term);
      const session = new Session(names[this.#dice.whole(0, names.length - 1)], store, {
        now: () => this.#cluster.nowMs + skewMs,
        monotonicMs: () => this.#cluster.nowMs,
        hex64: () => random.hex64(),
      }, { tries });
      return { client, session, shown: new Map() };
    });
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
    await this.#together(async (player) => {
      let isPlaying = true;
      const looking = this.#looksAround ? lookAround(player.session, () => isPlaying) : undefined;
      try {
        for (let move = 0; move < moves; move++) await this.#move(player);
      } finally {
        isPlaying = false;
        await looking;
      }
    });
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
    await this.#together((player) => this.#untilDone(() => this.#read(player)));
    this.#cluster.converge();
    const replica = this.#cluster.replicas.findIndex(({ alive }) => alive);
    this.#unsettled = unsettledRounds((prefix) => this.#list(replica, prefix));
    this.#cluster.nowMs += 10_000;
    const [reader] = this.#players;
    await this.#together(async (player) => {
      if (player !== reader) return;
      for (const rank of this.#account.ranksHit()) {
        await this.#untilDone(() => face(player.session, rank));
      }
      await this.#untilDone(() => this.#read(player));
    });
    this.#cluster.converge();
  }

  /** Runs `act` for every player at once, the calls to the store in an order that the dice choose. */
  async #together(act: (player: Player) => Promise<void>): Promise<void> {
    let running = this.#players.length;
    let failure: unknown;
    for (const player of this.#players) {
      act(player).catch((error) => failure ??= error).finally(() => running--);
    }
    while (running > 0) {
      // Whoever was answered goes on as far as the next call.
      for (let turn = 0; turn < turnsBetweenCalls; turn++) await undefined;
      if (this.#dice.whole(0, 1) === 0) this.#cluster.step();
      if (this.#cluster.calls.length > 0) this.#cluster.answer();
    }
    if (failure !== undefined) throw failure;
  }

  async #move(player: Player): Promise<void> {
    try {
      const character = await this.#read(player);
      const choice = this.#dice.whole(1, 10);
      if (choice <= 3) await this.#mine(player, character);
      else if (choice <= 5) await this.#buy(player, character);
      else if (choice <= 6) await this.#give(player, character);
      else await this.#attempt(player, character);
    } catch (failure) {
      if (!(failure instanceof StoreFailure)) throw failure;
      this.#failures++;
    }
  }

  async #read({ session, client, shown }: Player): Promise<Character> {
    const { moves } = client;
    const address = client.address();
    const character = await readSelf(session);
    const place = `${character.name} at ${address}`;
    const mayOwe = character.given > 0;
    must(character.coins >= 0 || mayOwe, () => `${place}: ${character.coins} coins`);
    const before = shown.get(place) ?? 0;
    // A reader that has gone elsewhere meanwhile has seen a part of each replica.
    const isOfOne = moves === client.moves && address === client.address();
    must(
      character.credits >= before || !isOfOne,
      () => `${place}: ${before} credits became fewer`,
    );
    if (isOfOne) shown.set(place, character.credits);
    must(powerOf(character.hardware) > 0, () => `${place}: no hardware at all`);
    return character;
  }

  async #mine({ session }: Player, { name, hardware }: Character): Promise<void> {
    const coins = rollMining(powerOf(hardware), this.#dice);
    this.#account.addMined(name, coins);
    await session.mined(coins);
  }

  async #give({ session }: Player, { name, coins }: Character): Promise<void> {
    const others = this.#names.filter((other) => other !== name);
    if (coins <= 0 || others.length === 0) return;
    const to = others[this.#dice.whole(0, others.length - 1)];
    const count = this.#dice.whole(1, coins);
    this.#account.addTransfer(name, to, count);
    const kinds = ["gift", "loan", "repayment"] as const;
    await transfer(session, to, kinds[this.#dice.whole(0, 2)], count);
  }

  async #buy({ session }: Player, character: Character): Promise<void> {
    const { name, coins, credits, given, rank } = character;
    const offered = kindsFor(rank).filter((kind) => hardwareFacts[kind].price <= coins);
    if (offered.length === 0) return;
    const kind = offered[this.#dice.whole(0, offered.length - 1)];
    const count = this.#dice.whole(1, Math.floor(coins / hardwareFacts[kind].price));
    const cost = count * hardwareFacts[kind].price;
    this.#account.addAct(name, {
      ...{ deed: "buy", kind, count, cost, seen: credits },
      ...given > 0 ? { given } : {},
    });
    await buy(session, character, kind, count);
  }

  async #attempt({ session }: Player, character: Character): Promise<void> {
    const { name, rank } = character;
    const steps = problemSteps.get(rank);
    if (steps === undefined) return;
    const problem = await face(session, rank);
    must(problem.remaining > 0, () => `round ${problem.round} is in play and over`);
    const known = Math.max(...problem.rounds.keys());
    must(problem.round >= known, () => `${rank}/${problem.round} is hit after ${rank}/${known}`);
    if (this.#dice.whole(1, 3) === 1) await turnTo(session, problem);
    const rolled: number[] = [];
    let before: string | undefined;
    const recorded = (low: number, high: number) => {
      rolled.push(this.#dice.whole(low, high));
      return rolled.at(-1)!;
    };
    const roll = rollSolving(character.hardware, { whole: recorded });
    if (roll.outcome === "hit") {
      const taken = Math.min(roll.power, steps);
      this.#account.addHit(rank, problem.round, name, taken, problem.nextHit);
      before = this.#account.finishers.get(`${rank}/${problem.round}`)?.get(name);
      // Should the store not answer any more, that is all that is known.
      this.#account.addFinisher(rank, problem.round, name, "perhaps");
    }
    if (roll.outcome === "broke") this.#account.addAct(name, { deed: "broke", kind: roll.kind });
    const made = await attempt(session, character, problem, { whole: () => rolled.shift()! });
    if (made.outcome !== "hit") return;
    if (made.end === "won") this.#account.addFinisher(rank, problem.round, name, "yes");
    else if (made.end !== "contested" && before === undefined) {
      this.#account.dropFinisher(rank, problem.round, name);
    }
  }

  async #untilDone(act: () => Promise<unknown>): Promise<void> {
    for (let attempts = 0; attempts < 1_000; attempts++) {
      try {
        await act();
        return;
      } catch (failure) {
        if (!(failure instanceof StoreFailure)) throw failure;
      }
    }
    throw new Error("a session cannot get rid of what it owes");
  }

  /** Compares every living replica with the account. */
  async check(): Promise<SimulationResult> {
    const views = new Set<string>();
    let characters: Character[] = [];
    for (const [replica, { alive }] of this.#cluster.replicas.entries()) {
      if (!alive) continue;
      const reader = {
        get: (key: string) => Promise.resolve(this.#get(replica, key)),
        list: (prefix: string) => Promise.resolve(this.#list(replica, prefix)),
      };
      characters = await Promise.all(
        [...this.#names, yan, zed].map((name) => readCharacter(reader, name)),
      );
      for (const character of characters) {
        this.#account.checkCharacter(
          character,
          this.#list(replica, `deed/${character.name}/`),
          this.#get(replica, keys.fold(character.name)),
          this.#failures > 0,
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
      views.add(JSON.stringify([characters, problems], inOneOrder));
    }
    this.#account.checkMoney(characters);
    must(views.size === 1, () => `replicas differ: ${[...views].join(" | ")}`);
    return {
      digest: [...views][0],
      failures: this.#failures,
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
