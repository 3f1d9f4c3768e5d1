/**
 * A player's coins and hardware, from the records of all the player's sessions.
 *
 * Every reader folds the same records to the same result, in whatever order they arrived.
 *
 * @module
 */

import { creditsMax } from "../world/bounds.ts";
import { type Hardware, libraryComputer, withBroken, withMore } from "../world/hardware.ts";
import { facilityFacts, type Kind } from "../world/world.ts";
import { chapterOf } from "./keys.ts";
import type { Buy, Deed, End, Pay, Transfer } from "./records.ts";

/** What all deeds up to some point come to. */
export interface Fold {
  readonly hardware: Hardware;
  /** The costs counted. */
  readonly spent: number;
  /** The most credits that any buyer had seen. */
  readonly seen: number;
  /** What was paid for that is no hardware. */
  readonly paid: ReadonlySet<string>;
}

/** What the deeds of all chapters before one come to. Deeds that come later to those do not count. */
export interface Checkpoint extends Fold {
  /** The first chapter that is not in it. */
  readonly chapter: number;
}

/** What a player has. */
export interface Ledger {
  readonly hardware: Hardware;
  /** All coins that ever came to the player: mined, or given by others. */
  readonly credits: number;
  /** All coins given away. */
  readonly given: number;
  /**
   * Coins not spent. Never negative, however few of the records have arrived, but for a player who gives
   * away in one window what another one spends at the same time.
   */
  readonly coins: number;
  readonly paid: ReadonlySet<string>;
  /** The purchases that do not count, by key. */
  readonly voided: ReadonlyMap<string, Buy | Pay>;
  /** The greatest number of any deed; 0 when there is none. */
  readonly lastDeed: number;
  /** What was known of the chapters before without their deeds. */
  readonly since: Checkpoint;
  /** What the deeds of all chapters before the last one come to. */
  readonly checkpoint: Checkpoint;
}

/** Before any deed. */
export function noDeeds(): Checkpoint {
  return { chapter: 0, hardware: libraryComputer(), spent: 0, seen: 0, paid: new Set() };
}

/** Coins that came and went, apart from purchases. */
export interface Income {
  /** Mined, and given by others. */
  readonly credits: number;
  readonly given: number;
}

/**
 * Folds the deeds in their order, (n, session), behind `since`.
 *
 * A purchase counts if its cost, all costs counted before and what its buyer knew to be given away come
 * to no more than the credits that its buyer had seen. That condition never looks at the credits that
 * have arrived *here*, so that mining and purchases may arrive in any order; and because credits only
 * grow, the coins spent never exceed them. Nobody has two of what machines stand in.
 *
 * The credits are at least what any buyer has seen: a deed that arrives before the mining that
 * paid for it bears witness to it.
 */
export function foldLedger(
  deeds: readonly Deed[],
  { credits: income, given }: Income,
  since: Checkpoint = noDeeds(),
): Ledger {
  let { hardware, spent, seen } = since;
  const paid = new Set(since.paid);
  let checkpoint = since;
  let lastDeed = 0;
  const voided = new Map<string, Buy | Pay>();
  for (const { key, n, act } of deeds.toSorted(compareDeeds)) {
    const chapter = chapterOf(n);
    // Too late: others have counted without it.
    if (chapter < since.chapter) continue;
    if (chapter > checkpoint.chapter) {
      checkpoint = { chapter, hardware, spent, seen, paid: new Set(paid) };
    }
    lastDeed = n;
    if (act.deed === "broke") {
      hardware = withBroken(hardware, act.kind);
      continue;
    }
    seen = Math.max(seen, act.seen);
    if (spent + act.cost + (act.given ?? 0) > act.seen || isTooMany(hardware, act)) {
      voided.set(key, act);
      continue;
    }
    spent += act.cost;
    if (act.deed === "pay") paid.add(act.what);
    else hardware = withMore(hardware, act.kind, act.count);
  }
  const credits = Math.max(income, seen);
  const coins = credits - given - spent;
  return { hardware, credits, given, coins, paid, voided, lastDeed, since, checkpoint };
}

/** Whether a purchase is one of what machines stand in, and its buyer has that. */
function isTooMany(hardware: Hardware, act: Buy | Pay): boolean {
  return act.deed === "buy" && isFacility(act.kind) && (hardware.has(act.kind) || act.count > 1);
}

function isFacility(kind: Kind): boolean {
  return Object.hasOwn(facilityFacts, kind);
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

/** The coins that came from others, or went to them. */
export function sumTransfers(transfers: readonly Transfer[], way: Transfer["way"]): number {
  return transfers.filter((each) => each.way === way)
    .reduce((sum, { coins }) => Math.min(sum + coins, creditsMax), 0);
}

/** The one order of deeds: by number, then by session, code unit by code unit. */
function compareDeeds(a: Deed, b: Deed): number {
  return a.n - b.n || (a.session < b.session ? -1 : a.session > b.session ? 1 : 0);
}
