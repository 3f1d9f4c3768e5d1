import type { Character } from "../../../app/game/state/character.ts";
import { joinGroup, leaveGroup, readGroup } from "../../../app/game/state/groups.ts";
import { attempt, buy, face, readSelf, turnTo } from "../../../app/game/state/moves.ts";
import { companionSteps } from "../../../app/game/state/perks.ts";
import type { Session } from "../../../app/game/state/session.ts";
import { StoreFailure } from "../../../app/game/state/store.ts";
import { transfer } from "../../../app/game/state/transfers.ts";
import type { Dice } from "../../../app/game/world/dice.ts";
import { powerOf } from "../../../app/game/world/hardware.ts";
import { noPerk } from "../../../app/game/world/perk.ts";
import { rollMining, rollSolving } from "../../../app/game/world/rules.ts";
import { hardwareFacts, kindsFor, problemSteps } from "../../../app/game/world/world.ts";
import { type Account, must } from "./account.ts";
import type { SimulatedClient } from "./simulated_cluster.ts";

/** What a session's player needs of its world. */
export interface PlayerWorld {
  readonly dice: Dice;
  /** What players meant to do. */
  readonly account: Account;
  /** All players. */
  readonly names: readonly string[];
  /** Whether every second move is about groups. */
  readonly isSocial: boolean;
}

/** A session, and the player in front of it, whom the dice move. */
export class SimulatedPlayer {
  readonly session: Session;
  /** Moves that the store did not answer. */
  failures = 0;
  readonly #client: SimulatedClient;
  readonly #world: PlayerWorld;
  /** The credits that each replica showed last. */
  readonly #shown = new Map<string, number>();

  constructor(session: Session, client: SimulatedClient, world: PlayerWorld) {
    this.session = session;
    this.#client = client;
    this.#world = world;
  }

  /**
   * Makes so many moves.
   *
   * @param looksAround whether the player reads meanwhile, and writes what is owed, as one at a terminal does
   * @param mayMove whether the player may make another one
   */
  async play(
    moves: number,
    looksAround: boolean,
    mayMove: () => Promise<boolean>,
  ): Promise<void> {
    let isPlaying = true;
    const looking = looksAround ? this.#lookAround(() => isPlaying) : undefined;
    try {
      for (let move = 0; move < moves; move++) await this.#tryTo(() => this.#move(mayMove));
    } finally {
      isPlaying = false;
      await looking;
    }
  }

  /** Reads the player's own character, which has to make sense at any time. @throws {StoreFailure} */
  async read(): Promise<Character> {
    const { session } = this;
    const client = this.#client;
    const { moves } = client;
    const address = client.address();
    const character = await readSelf(session);
    const place = `${character.name} at ${address}`;
    const mayOwe = character.given > 0;
    must(character.coins >= 0 || mayOwe, () => `${place}: ${character.coins} coins`);
    const before = this.#shown.get(place) ?? 0;
    // A reader that has gone elsewhere meanwhile has seen a part of each replica.
    const isOfOne = moves === client.moves && address === client.address();
    must(
      character.credits >= before || !isOfOne,
      () => `${place}: ${before} credits became fewer`,
    );
    if (isOfOne) this.#shown.set(place, character.credits);
    must(powerOf(character.hardware) > 0, () => `${place}: no hardware at all`);
    return character;
  }

  /** Reads now and then, and writes what is owed because a server is gone, whatever else is under way. */
  async #lookAround(isPlaying: () => boolean): Promise<void> {
    while (isPlaying()) {
      await settled(async () => {
        await this.session.get("");
        await this.session.settle();
      });
    }
  }

  async #tryTo(act: () => Promise<void>): Promise<void> {
    if (!await settled(act)) this.failures++;
  }

  async #move(mayMove: () => Promise<boolean>): Promise<void> {
    if (!await mayMove()) return;
    const { dice, isSocial } = this.#world;
    if (isSocial && dice.whole(0, 1) === 0) return await this.#regroup();
    const character = await this.read();
    const choice = dice.whole(1, 10);
    if (choice <= 3) await this.#mine(character);
    else if (choice <= 5) await this.#buy(character);
    else if (choice <= 6) await this.#give(character);
    else await this.#attempt(character);
  }

  async #mine({ name, hardware }: Character): Promise<void> {
    const { dice, account } = this.#world;
    const coins = rollMining(powerOf(hardware), dice);
    account.addMined(name, coins);
    await this.session.mined(coins);
  }

  async #give({ name, coins }: Character): Promise<void> {
    const { dice, account } = this.#world;
    const to = this.#another();
    if (coins <= 0 || to === undefined) return;
    const count = dice.whole(1, coins);
    account.addTransfer(name, to, count);
    const kinds = ["gift", "loan", "repayment"] as const;
    await transfer(this.session, to, kinds[dice.whole(0, 2)], count);
  }

  async #buy(character: Character): Promise<void> {
    const { dice, account } = this.#world;
    const { name, coins, credits, given, rank } = character;
    const offered = kindsFor(rank).filter((kind) => hardwareFacts[kind].price <= coins);
    if (offered.length === 0) return;
    const kind = offered[dice.whole(0, offered.length - 1)];
    const count = dice.whole(1, Math.floor(coins / hardwareFacts[kind].price));
    const cost = count * hardwareFacts[kind].price;
    account.addAct(name, {
      ...{ deed: "buy", kind, count, cost, seen: credits },
      ...given > 0 ? { given } : {},
    });
    await buy(this.session, character, kind, count);
  }

  async #attempt(character: Character): Promise<void> {
    const { dice, account } = this.#world;
    const { session } = this;
    const { name, rank } = character;
    const steps = problemSteps.get(rank);
    if (steps === undefined) return;
    const problem = await face(session, rank);
    must(problem.remaining > 0, () => `round ${problem.round} is in play and over`);
    const known = Math.max(...problem.rounds.keys());
    must(problem.round >= known, () => `${rank}/${problem.round} is hit after ${rank}/${known}`);
    if (dice.whole(1, 3) === 1) await turnTo(session, problem);
    const perk = await this.#groupPerk();
    const rolled: number[] = [];
    let before: string | undefined;
    const recorded = (low: number, high: number) => {
      rolled.push(dice.whole(low, high));
      return rolled.at(-1)!;
    };
    const roll = rollSolving(character.hardware, { whole: recorded }, perk);
    if (roll.outcome === "hit") {
      const taken = Math.min(roll.power, steps);
      account.addHit(rank, problem.round, name, taken, problem.nextHit);
      before = account.finishers.get(`${rank}/${problem.round}`)?.get(name);
      // Should the store not answer any more, that is all that is known.
      account.addFinisher(rank, problem.round, name, "perhaps");
    }
    if (roll.outcome === "broke") account.addAct(name, { deed: "broke", kind: roll.kind });
    const again = { whole: () => rolled.shift()! };
    const made = await attempt(session, character, problem, again, perk);
    if (made.outcome !== "hit") return;
    if (made.end === "won") account.addFinisher(rank, problem.round, name, "yes");
    else if (made.end !== "contested" && before === undefined) {
      account.dropFinisher(rank, problem.round, name);
    }
  }

  async #regroup(): Promise<void> {
    const other = this.#another();
    if (other === undefined) return;
    if (this.#world.dice.whole(1, 4) === 1) await leaveGroup(this.session);
    else await joinGroup(this.session, other);
  }

  /** What those of the group make easier, all of whom are in one place. */
  async #groupPerk(): Promise<typeof noPerk> {
    if (!this.#world.isSocial) return noPerk;
    const { session } = this;
    const group = await session.steadily(() => readGroup(session, session.name));
    return { ...noPerk, steps: companionSteps * Math.max(0, group.length - 1) };
  }

  /** Another player; `undefined`: there is none. */
  #another(): string | undefined {
    const others = this.#world.names.filter((other) => other !== this.session.name);
    return others[this.#world.dice.whole(0, Math.max(0, others.length - 1))];
  }
}

/** Does something. @returns whether the store answered. */
async function settled(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (failure) {
    if (!(failure instanceof StoreFailure)) throw failure;
    return false;
  }
}
