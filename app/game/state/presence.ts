/**
 * Who is playing at the moment: everyone who is says so now and then, and readers forget whoever has
 * not done so for a while.
 *
 * @module
 */

import { presenceBucketMs, presentMs } from "../world/bounds.ts";
import { bucketsBetween } from "./buckets.ts";
import { listAll, type Reader } from "./reader.ts";
import { isBucket, prefixes } from "./keys.ts";
import { isName } from "../world/names.ts";
import { isSaid } from "./events.ts";
import { isObject, isRank, parseAll, type Parsed, parseJson } from "./records.ts";
import { places, type Rank } from "../world/world.ts";

/** A sign of life, or the last one. */
export interface Presence {
  readonly name: string;
  /** When it was given, by the clock of whoever gave it. */
  readonly at: number;
  readonly place: string;
  readonly rank: Rank;
  /** The player has left. */
  readonly gone: boolean;
  /** When something was typed last, if that was a while ago; by the same clock. */
  readonly idleSince?: number;
  /** What the player is called, if anything. */
  readonly title?: string;
  /** What the player says on being away, if so. */
  readonly away?: string;
}

/** No well-formed sign is longer. */
const signCharsMax = 2_200;

/** `here/<bucket>/<name>` */
export function parsePresence(path: string[], value: string): Presence | undefined {
  const [bucket, name] = path;
  if (path.length !== 2 || !isName(name) || !isBucket(bucket)) return undefined;
  const sign = value.length <= signCharsMax ? parseJson(value) : undefined;
  if (!isObject(sign) || !Number.isSafeInteger(sign.at) || typeof sign.gone !== "boolean") {
    return undefined;
  }
  const { at, place, rank, gone, idleSince, title, away } = sign;
  if (typeof place !== "string" || !places.has(place) || !isRank(rank)) return undefined;
  return {
    ...{ name, at: at as number, place, rank, gone },
    ...Number.isSafeInteger(idleSince) ? { idleSince: idleSince as number } : {},
    ...isSaid(title) ? { title: title as string } : {},
    ...isSaid(away) ? { away: away as string } : {},
  };
}

/**
 * Those who are playing, by name; their clocks may differ from the reader's by nearly as much as a
 * sign of life is good for.
 */
export async function readPresent(reader: Reader, nowMs: number): Promise<Parsed<Presence>> {
  const buckets = bucketsBetween(nowMs - presentMs, nowMs + presentMs, presenceBucketMs);
  const entries = await listAll(reader, buckets.map(prefixes.here));
  const { records, skipped } = parseAll(entries, parsePresence);
  return { records: presentAmong(records, nowMs), skipped };
}

/** The newest sign of each player counts. */
function presentAmong(signs: readonly Presence[], nowMs: number): Presence[] {
  const newest = new Map<string, Presence>();
  for (const sign of signs) {
    if (sign.at > (newest.get(sign.name)?.at ?? -Infinity)) newest.set(sign.name, sign);
  }
  return Array.from(newest.values())
    .filter(({ at, gone }) => !gone && Math.abs(nowMs - at) <= presentMs)
    .sort((a, b) => a.name < b.name ? -1 : 1);
}
