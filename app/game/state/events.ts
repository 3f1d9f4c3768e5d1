/**
 * Events that other players see, and their records in the store. The first few events of one session in
 * one place in one bucket of time are one record, which grows by an event at a time; those that come then
 * are another one, and so on.
 *
 * An event may get lost, because nothing else depends on it.
 *
 * @module
 */

import { isVisible } from "../../cli/visible.ts";
import { eventsPerBucketMax, saidCharsMax } from "../world/bounds.ts";
import { isBucket, parseNumber } from "./keys.ts";
import { isName, isSessionId, playerOf } from "../world/names.ts";
import { isCount, isObject, isRank, parseJson } from "./records.ts";
import { places, type Rank } from "../world/world.ts";

/** An event that everyone in a place sees. */
export type PlaceEvent =
  /** Began to play, or ceased to. */
  | { readonly did: "wake" | "sleep" }
  | { readonly did: "come"; readonly from: string }
  | { readonly did: "go"; readonly to: string }
  | { readonly did: "say" | "emote"; readonly words: string }
  /** Found so many coins at once. */
  | { readonly did: "find"; readonly coins: number }
  /** Solved the problem of a rank. */
  | { readonly did: "solve"; readonly rank: Rank };

/** Speech to everybody, wherever. */
export interface ChatLine {
  readonly did: "chat";
  readonly words: string;
}

/** Speech to one player. */
export interface Whisper {
  readonly did: "tell";
  readonly words: string;
}

/** An event and its time: milliseconds since the epoch, by the clock of its writer. */
export type GameEvent = (PlaceEvent | Whisper | ChatLine) & { readonly at: number };

/** A record of one session in one bucket. */
export interface EventRecord {
  readonly key: string;
  readonly session: string;
  /** The player of the session. */
  readonly name: string;
  /** The place of the events, or the player who is whispered to. */
  readonly where: string;
  readonly events: readonly GameEvent[];
}

/** An event as a reader shows it. */
export interface News {
  readonly name: string;
  readonly where: string;
  readonly event: GameEvent;
}

/** `scene/<bucket>/<place>/<session>`, with `/1` and so on behind it for those after the first */
export function parseScene(path: string[], value: string, key: string): EventRecord | undefined {
  return places.has(path[1]) ? parseEvents(path, value, key, isPlaceEvent) : undefined;
}

/** `letter/<bucket>/<name>/<session>`, as for `parseScene` */
export function parseLetters(path: string[], value: string, key: string): EventRecord | undefined {
  return isName(path[1] ?? "") ? parseEvents(path, value, key, isWhisper) : undefined;
}

/** `chat/<bucket>/all/<session>/<k>` */
export function parseChat(path: string[], value: string, key: string): EventRecord | undefined {
  const isChat = ({ did, words }: Record<string, unknown>) => did === "chat" && isSaid(words);
  return path[1] === "all" ? parseEvents(path, value, key, isChat) : undefined;
}

function parseEvents(
  path: string[],
  value: string,
  key: string,
  isAllowed: (event: Record<string, unknown>) => boolean,
): EventRecord | undefined {
  const [bucket, where, session, part = "1"] = path;
  if (path.length < 3 || path.length > 4 || !isSessionId(session)) return undefined;
  if (parseNumber(part) === undefined || !isBucket(bucket)) return undefined;
  const events = value.length <= recordCharsMax ? parseJson(value) : undefined;
  const isWellFormed = (event: unknown) =>
    isObject(event) && Number.isSafeInteger(event.at) && isAllowed(event);
  return Array.isArray(events) && events.length <= eventsPerBucketMax &&
      events.every(isWellFormed)
    ? { key, session, name: playerOf(session), where, events }
    : undefined;
}

/** No well-formed record is longer: a character of what is said takes six at the most. */
const recordCharsMax = eventsPerBucketMax * (6 * saidCharsMax + 100);

function isPlaceEvent(event: Record<string, unknown>): boolean {
  const { did, from, to, words, coins, rank } = event;
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

function isWhisper({ did, words }: Record<string, unknown>): boolean {
  return did === "tell" && isSaid(words);
}

function isPlace(place: unknown): boolean {
  return typeof place === "string" && places.has(place);
}

/** Whether `words` can have been said. */
export function isSaid(words: unknown): boolean {
  return typeof words === "string" && isVisible(words) && words.length <= saidCharsMax;
}
