/**
 * What a player can do to the shared world: each move reads, rolls and writes, and says what came
 * of it as data. How long it takes and what is said about it is not decided here.
 *
 * Every move throws `StoreFailure` when the store does not answer; what had already happened by then
 * is owed by the session and not lost.
 *
 * @module
 */

import { type Character, readCharacter } from "./character.ts";
import { creditsMax } from "../world/bounds.ts";
import type { Dice } from "../world/dice.ts";
import { breaksEverything, powerOf } from "../world/hardware.ts";
import { keys } from "./keys.ts";
import { type Problem, readProblem } from "./problem.ts";
import { dueSettlements, remainingSteps } from "./rounds.ts";
import { rollMining, rollSolving } from "../world/rules.ts";
import type { Session } from "./session.ts";
import {
  firstPlace,
  hardwareFacts,
  type Kind,
  problemSteps,
  type Rank,
  rankAfter,
} from "../world/world.ts";

/** Reads the session's own character, after writing whatever is owed. */
export async function readSelf(session: Session): Promise<Character> {
  return await session.steadily(() => readCharacter(session, session.name));
}

/** Whether the session's character exists. */
export async function isEnrolled(session: Session): Promise<boolean> {
  const player = await session.steadily(() => session.get(keys.player(session.name)));
  return player !== undefined;
}

/** Makes a new character. The place first: whoever exists, even after half a try, is somewhere. */
export async function enrol(session: Session): Promise<void> {
  await session.place(firstPlace);
  await session.declare(keys.player(session.name));
}

/** One attempt at mining; returns the coins that it yielded. */
export async function mine(session: Session, character: Character, dice: Dice): Promise<number> {
  const room = creditsMax - character.credits;
  const coins = Math.min(rollMining(powerOf(character.hardware), dice), room);
  if (coins > 0) await session.mined(coins);
  return coins;
}

/** Buys `count` of `kind`, which `character` can afford; returns the key of the deed. */
export async function buy(
  session: Session,
  character: Character,
  kind: Kind,
  count: number,
): Promise<string> {
  const cost = count * hardwareFacts[kind].price;
  const { credits, lastDeed } = character;
  return await session.deed({ deed: "buy", kind, count, cost, seen: credits }, lastDeed);
}

/** How the problem stands, after seeing to it that every round that is over has promoted someone. */
export async function face(session: Session, rank: Rank): Promise<Problem> {
  const problem = await session.steadily(() => readProblem(session, rank));
  const due = dueSettlements(rank, problem.rounds, problem.settled, session.now());
  for (const { round, name } of due) {
    await promote(session, rank, round, name);
  }
  return { ...problem, settled: new Set([...problem.settled, ...due.map(({ round }) => round)]) };
}

/** What an attempt at solving came to. */
export type Attempt =
  | { readonly outcome: "debugging" }
  | {
    readonly outcome: "broke";
    readonly kind: Kind;
    /** Nothing was left, and the player is back at the library's computer. */
    readonly fellBack: boolean;
  }
  | {
    readonly outcome: "hit";
    readonly power: number;
    readonly remaining: number;
    /** The hit was the last that the round needed, and its player has risen. */
    readonly finished: boolean;
  };

/**
 * One attempt at the problem that `character` faces.
 *
 * Whoever saw the round unfinished before the own hit and finished after it has finished it. On two
 * replicas at once that may be two players, and both rise; or nobody, and `face` settles it later.
 */
export async function attempt(
  session: Session,
  character: Character,
  { rank, round, nextHit }: Problem,
  dice: Dice,
): Promise<Attempt> {
  const roll = rollSolving(character.hardware, dice);
  if (roll.outcome === "debugging") return roll;
  if (roll.outcome === "broke") {
    await session.deed({ deed: "broke", kind: roll.kind }, character.lastDeed);
    return { ...roll, fellBack: breaksEverything(character.hardware, roll.kind) };
  }
  // What goes beyond the steps is lost anyway, and so the sums stay small.
  await session.hit(rank, round, Math.min(roll.power, problemSteps.get(rank)!), nextHit);
  const { rounds } = await session.steadily(() => readProblem(session, rank));
  const remaining = remainingSteps(rank, rounds.get(round));
  const finished = remaining === 0;
  if (finished) await promote(session, rank, round, session.name);
  return { ...roll, remaining, finished };
}

/**
 * Lets `name` rise for the round. The rank first: cut off between the two, the round looks unsettled
 * and someone who hit it is promoted again, which is better than nobody.
 */
async function promote(session: Session, rank: Rank, round: number, name: string): Promise<void> {
  await session.declare(keys.rank(name, rankAfter(rank)!));
  await session.declare(keys.risen(rank, round, name));
}
