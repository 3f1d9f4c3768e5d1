/**
 * What players do that others notice, and how it stands in the store: all that a session did in one
 * place in one bucket of time is one record, which grows by an event at a time.
 *
 * Nothing depends on it: what gets lost here, nobody will miss for long.
 *
 * @module
 */

import { isVisible } from "../../cli/visible.ts";
import { eventsPerBucketMax, saidCharsMax } from "../world/bounds.ts";
import { parseNumber } from "./keys.ts";
import { isName, isSessionId, playerOf } from "../world/names.ts";
import { isCount, isObject, isRank, parseJson } from "./records.ts";
import { places, type Rank } from "../world/world.ts";

/** What somebody did in a place. */
export type Deed =
  /** Began to play, or ceased to. */
  | { readonly did: "wake" | "sleep" }
  | { readonly did: "come"; readonly from: string }
  | { readonly did: "go"; readonly to: string }
  | { readonly did: "say" | "emote"; readonly words: string }
  /** Found so many coins at once. */
  | { readonly did: "find"; readonly coins: number }
  /** Solved the problem of a rank. */
  | { readonly did: "solve"; readonly rank: Rank };

/** What was said to somebody. */
export interface Tell {
  readonly did: "tell";
  readonly words: string;
}

/** What happened, and when by the clock of whoever did it: milliseconds since the epoch. */
export type Happening = (Deed | Tell) & { readonly at: number };

/** The record of one session in one bucket. */
export interface Happenings {
  readonly key: string;
  readonly session: string;
  /** Who did it. */
  readonly name: string;
  /** Where it was done, or to whom it was said. */
  readonly where: string;
  readonly happenings: readonly Happening[];
}

/** Something that happened, as a reader gets to know of it. */
export interface News {
  readonly name: string;
  readonly where: string;
  readonly happening: Happening;
}

/** `scene/<bucket>/<place>/<session>` */
export function parseScene(path: string[], value: string, key: string): Happenings | undefined {
  return places.has(path[1]) ? parseHappenings(path, value, key, isDeed) : undefined;
}

/** `letter/<bucket>/<name>/<session>` */
export function parseLetters(path: string[], value: string, key: string): Happenings | undefined {
  return isName(path[1] ?? "") ? parseHappenings(path, value, key, isTell) : undefined;
}

function parseHappenings(
  path: string[],
  value: string,
  key: string,
  isAllowed: (happening: Record<string, unknown>) => boolean,
): Happenings | undefined {
  const [bucket, where, session] = path;
  if (path.length !== 3 || !isSessionId(session)) return undefined;
  if (bucket !== "0" && parseNumber(bucket) === undefined) return undefined;
  const happenings = value.length <= recordCharsMax ? parseJson(value) : undefined;
  const isWellFormed = (happening: unknown) =>
    isObject(happening) && Number.isSafeInteger(happening.at) && isAllowed(happening);
  return Array.isArray(happenings) && happenings.length <= eventsPerBucketMax &&
      happenings.every(isWellFormed)
    ? { key, session, name: playerOf(session), where, happenings }
    : undefined;
}

/** No well-formed record is longer: a character of what is said takes six at the most. */
const recordCharsMax = eventsPerBucketMax * (6 * saidCharsMax + 100);

function isDeed(happening: Record<string, unknown>): boolean {
  const { did, from, to, words, coins, rank } = happening;
  switch (did) {
    case "wake":
    case "sleep":
      return true;
    case "come":
      return isPlace(from);
    case "go":
      return isPlace(to);
    case "say":
    case "emote":
      return isSaid(words);
    case "find":
      return isCount(coins);
    case "solve":
      return isRank(rank);
    default:
      return false;
  }
}

function isTell({ did, words }: Record<string, unknown>): boolean {
  return did === "tell" && isSaid(words);
}

function isPlace(place: unknown): boolean {
  return typeof place === "string" && places.has(place);
}

function isSaid(words: unknown): boolean {
  return typeof words === "string" && isVisible(words) && words.length <= saidCharsMax;
}
