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
import { keys, prefixes } from "./keys.ts";
import { type Problem, readProblem } from "./problem.ts";
import type { Reader } from "./reader.ts";
import { dueSettlements, hasRivals, remainingSteps } from "./rounds.ts";
import { addressee, namesake } from "../world/names.ts";
import { rollMining, rollSolving } from "../world/rules.ts";
import type { Session } from "./session.ts";
import { StoreFailure } from "./store.ts";
import { noPerk } from "../world/perk.ts";
import { checkpointText, dueCheckpoint } from "./chapters.ts";
import type { Buy, Pay } from "./records.ts";
import {
  firstPlace,
  type Kind,
  priceOf,
  problemSteps,
  type Rank,
  rankAfter,
} from "../world/world.ts";

/**
 * Reads the session's own character, after writing whatever is owed.
 *
 * @param known as it was read before
 */
export async function readSelf(session: Session, known?: Character): Promise<Character> {
  const hint = known?.since.chapter;
  return await session.steadily(() => readCharacter(session, session.name, hint));
}

/** Whether the session's character exists. */
export async function isEnrolled(session: Session): Promise<boolean> {
  const player = await session.steadily(() => session.get(keys.player(session.name)));
  return player !== undefined;
}

/** How the character is written that has this name in whatever case; `undefined`: there is none. */
export function characterCalled(reader: Reader, name: string): Promise<string | undefined> {
  return findCharacter(reader, name, namesake);
}

/** How the character is written whom somebody means with this name; `undefined`: there is none. */
export function characterMeant(reader: Reader, name: string): Promise<string | undefined> {
  return findCharacter(reader, name, addressee);
}

async function findCharacter(
  reader: Reader,
  name: string,
  among: typeof namesake,
): Promise<string | undefined> {
  if (await reader.get(keys.player(name)) !== undefined) return name;
  const players = await reader.list(prefixes.players);
  return among(name, Array.from(players.keys(), (key) => key.slice(prefixes.players.length)));
}

/** Makes a new character. The place first: whoever exists, even after half a try, is somewhere. */
export async function enrol(session: Session): Promise<void> {
  await session.place(firstPlace);
  await session.declare(keys.player(session.name));
}

/** One attempt at mining; returns the coins that it yielded. */
export async function mine(
  session: Session,
  character: Character,
  dice: Dice,
  { supply, mining } = noPerk,
): Promise<number> {
  const room = creditsMax - character.credits;
  const coins = Math.min(rollMining(powerOf(character.hardware, supply), dice, mining), room);
  if (coins > 0) await session.mined(coins);
  return coins;
}

/** Buys `count` of `kind`, which `character` can afford; returns the key of the deed. */
export async function buy(
  session: Session,
  character: Character,
  kind: Kind,
  count: number,
  cost = count * priceOf(kind),
): Promise<string> {
  return await purchase(session, character, {
    deed: "buy",
    kind,
    count,
    cost,
    ...seenBy(character),
  });
}

/** Pays for what is no hardware; returns the key of the deed. */
export async function pay(
  session: Session,
  character: Character,
  what: string,
  cost: number,
): Promise<string> {
  return await purchase(session, character, { deed: "pay", what, cost, ...seenBy(character) });
}

function seenBy({ credits, given }: Character) {
  return { seen: credits, ...given > 0 ? { given } : {} };
}

/** Writes a purchase, and now and then what all deeds before it come to. */
async function purchase(session: Session, character: Character, act: Buy | Pay): Promise<string> {
  const { checkpoint, lastDeed, since } = character;
  const key = await session.deed(act, lastDeed);
  const due = dueCheckpoint(since, checkpoint, lastDeed);
  if (due !== undefined) {
    await session.put(keys.fold(session.name), checkpointText(due)).catch((failure) => {
      // The next purchase writes it.
      if (!(failure instanceof StoreFailure)) throw failure;
    });
  }
  return key;
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
    /**
     * The hit was the last that the round needed, and its player has risen; or others hit the round at the
     * same time, and whose hit was the last is seen when those of all have arrived; or somebody has risen
     * already.
     */
    readonly end: "none" | "won" | "contested" | "lost";
  };

/**
 * One attempt at the problem that `character` faces.
 *
 * Whoever saw the round unfinished before the own hit and finished after it has finished it, and rises at
 * once if nobody else was at it within the last minute. Otherwise `face` settles it after `settleAfterMs`,
 * for one of those who were, by the hits of all. So a round has one winner; only servers that are cut off
 * from each other for longer than that have one each, who share it.
 */
export async function attempt(
  session: Session,
  character: Character,
  { rank, round, nextHit }: Problem,
  dice: Dice,
  perk = noPerk,
): Promise<Attempt> {
  const roll = rollSolving(character.hardware, dice, perk);
  if (roll.outcome === "debugging") return roll;
  if (roll.outcome === "broke") {
    await session.deed({ deed: "broke", kind: roll.kind }, character.lastDeed);
    return { ...roll, fellBack: breaksEverything(character.hardware, roll.kind) };
  }
  // What goes beyond the steps is lost anyway, and so the sums stay small.
  await session.hit(rank, round, Math.min(roll.power, problemSteps.get(rank)!), nextHit);
  const { rounds, settled } = await session.steadily(() => readProblem(session, rank));
  const hits = rounds.get(round);
  const remaining = remainingSteps(rank, hits);
  if (remaining > 0) return { ...roll, remaining, end: "none" };
  if (settled.has(round)) return { ...roll, remaining, end: "lost" };
  if (hasRivals(hits, session.name, session.now())) return { ...roll, remaining, end: "contested" };
  await promote(session, rank, round, session.name);
  return { ...roll, remaining, end: "won" };
}

/** Shows others that the player is at the problem, so that nobody wins a race without looking round. */
export async function turnTo(session: Session, { rank, round }: Problem): Promise<void> {
  await session.turnTo(rank, round);
}

/**
 * Lets `name` rise for the round. The rank first: cut off between the two, the round looks unsettled
 * and someone who hit it is promoted again, which is better than nobody.
 */
async function promote(session: Session, rank: Rank, round: number, name: string): Promise<void> {
  await session.declare(keys.rank(name, rankAfter(rank)!));
  await session.declare(keys.risen(rank, round, name));
}
