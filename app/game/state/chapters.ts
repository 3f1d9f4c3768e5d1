/**
 * The deeds of a character, read by chapters, so that the thousandth costs as much as the first: what the
 * chapters before come to stands in one record, `fold/<name>`.
 *
 * That record is written by whoever buys in the middle of a later chapter, and the last writer wins. A
 * deed that arrives after its chapter was folded, from a session that was cut off during a whole chapter,
 * does not count.
 *
 * @module
 */

import type { Hardware } from "../world/hardware.ts";
import { kinds } from "../world/world.ts";
import type { Reader } from "./reader.ts";
import { chapterOf, keys, prefixes } from "./keys.ts";
import { type Checkpoint, noDeeds } from "./ledger.ts";
import { type Deed, isCount, isItem, isObject, parseAll, parseDeed, parseJson } from "./records.ts";

/** Deeds that no checkpoint has, and the checkpoint. */
export interface Chapters {
  readonly since: Checkpoint;
  readonly deeds: readonly Deed[];
  readonly skipped: number;
}

/**
 * Reads what `name` did.
 *
 * @param hint the chapter that is likely the first to be read: if it is, all requests go out together
 */
export async function readChapters(reader: Reader, name: string, hint = 0): Promise<Chapters> {
  const read = new Map<number, Promise<Map<string, string>>>();
  const chapter = (number: number) => {
    const listing = read.get(number) ?? reader.list(prefixes.deeds(name, number));
    read.set(number, listing);
    return listing;
  };
  // The number of a deed that is wrong by far stands in a chapter that nobody reads.
  const [value] = await Promise.all([
    reader.get(keys.fold(name)),
    chapter(hint),
    chapter(hint + 1),
  ]);
  const checkpoint = value === undefined ? noDeeds() : parseCheckpoint(value);
  const since = checkpoint ?? noDeeds();
  const entries = new Map<string, string>();
  for (let number = since.chapter;; number++) {
    const listing = await chapter(number);
    for (const [key, value] of listing) entries.set(key, value);
    if (listing.size === 0 && number > since.chapter) break;
  }
  const { records, skipped } = parseAll(entries, parseDeed);
  return { since, deeds: records, skipped: skipped + (checkpoint === undefined ? 1 : 0) };
}

/** The checkpoint to be written behind the `n`-th deed, if one is due: not before others may know of it. */
export function dueCheckpoint(
  since: Checkpoint,
  latest: Checkpoint,
  n: number,
): Checkpoint | undefined {
  const isDue = latest.chapter > since.chapter && chapterOf(n) === latest.chapter &&
    chapterOf(n + 5) > latest.chapter;
  return isDue ? latest : undefined;
}

/** A checkpoint as the store holds it. */
export function checkpointText({ chapter, hardware, spent, seen, paid }: Checkpoint): string {
  return JSON.stringify({
    chapter,
    spent,
    seen,
    hardware: Object.fromEntries(hardware),
    paid: [...paid],
  });
}

/** `fold/<name>` */
export function parseCheckpoint(value: string): Checkpoint | undefined {
  const fold = parseJson(value);
  if (!isObject(fold) || !isCount(fold.chapter) || !isCount(fold.spent) || !isCount(fold.seen)) {
    return;
  }
  const { chapter, spent, seen, hardware, paid } = fold;
  if (!isObject(hardware) || !Array.isArray(paid) || !paid.every(isText) || spent > seen) return;
  const counts = Object.entries(hardware);
  const isOwned = ([kind, count]: [string, unknown]) => isItem(kind) && isCount(count) && count > 0;
  if (!counts.every(isOwned) || !counts.some(([kind]) => kinds.includes(kind))) return;
  const owned: Hardware = new Map(counts as [string, number][]);
  return { chapter, spent, seen, hardware: owned, paid: new Set(paid) };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
