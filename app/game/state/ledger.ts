/**
 * A player's coins and hardware, from the records of all the player's sessions.
 *
 * Every reader folds the same records to the same result, in whatever order they arrived.
 *
 * @module
 */

import { creditsMax } from "../world/bounds.ts";
import { type Hardware, libraryComputer, withBroken, withMore } from "../world/hardware.ts";
import type { Buy, Deed, End } from "./records.ts";

/** What a player has. */
export interface Ledger {
  readonly hardware: Hardware;
  /** All coins ever mined. */
  readonly credits: number;
  /** Coins not spent: never negative, however few of the records have arrived. */
  readonly coins: number;
  /** The purchases that do not count, by key. */
  readonly voided: ReadonlyMap<string, Buy>;
  /** The greatest number of any deed; 0 when there is none. */
  readonly lastDeed: number;
}

/**
 * Folds the deeds in their order, (n, session).
 *
 * A purchase counts if its cost and all costs counted before come to no more than the credits that
 * its buyer had seen. That condition never looks at the credits that have arrived *here*, so that
 * mining and purchases may arrive in any order; and because credits only grow, the coins spent
 * never exceed them.
 *
 * The credits are at least what any buyer has seen: a deed that arrives before the mining that
 * paid for it bears witness to it.
 */
export function foldLedger(deeds: readonly Deed[], minedTotal: number): Ledger {
  let hardware = libraryComputer;
  let credits = minedTotal;
  let spent = 0;
  let lastDeed = 0;
  const voided = new Map<string, Buy>();
  for (const { key, n, act } of deeds.toSorted(compareDeeds)) {
    lastDeed = n;
    if (act.deed === "broke") {
      hardware = withBroken(hardware, act.kind);
      continue;
    }
    credits = Math.max(credits, act.seen);
    if (spent + act.cost <= act.seen) {
      spent += act.cost;
      hardware = withMore(hardware, act.kind, act.count);
    } else {
      voided.set(key, act);
    }
  }
  return { hardware, credits, coins: credits - spent, voided, lastDeed };
}

/** The coins that all sessions of a player mined: an ended session's end stands for its own key. */
export function sumMined(
  mined: readonly { session: string; total: number }[],
  ends: ReadonlyMap<string, End>,
): number {
  const totals = mined.filter(({ session }) => !ends.has(session)).map(({ total }) => total);
  for (const end of ends.values()) totals.push(end.mined);
  return totals.reduce((sum, total) => Math.min(sum + total, creditsMax), 0);
}

/** The one order of deeds: by number, then by session, code unit by code unit. */
function compareDeeds(a: Deed, b: Deed): number {
  return a.n - b.n || (a.session < b.session ? -1 : a.session > b.session ? 1 : 0);
}
