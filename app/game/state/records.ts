/**
 * What the keys hold, as text and as data. Whoever parses gets a well-formed record or nothing:
 * a store that anyone can write to may hold anything.
 *
 * @module
 */

import { countMax, roundMax } from "../world/bounds.ts";
import { type MarkVerb, parseDeedNumber, parseNumber } from "./keys.ts";
import { isName, isSessionId, playerOf } from "../world/names.ts";
import { facilities, type Kind, kinds, priceOf, type Rank, ranks } from "../world/world.ts";

/** The value of the keys that say something by being there. */
export const present = "true";

/** Something was bought. */
export interface Buy {
  readonly deed: "buy";
  readonly kind: Kind;
  readonly count: number;
  readonly cost: number;
  /** All coins that the buyer knew to have come to this character: mined, or given by others. */
  readonly seen: number;
  /** The coins that the buyer knew to have been given away; 0 if it is absent. */
  readonly given?: number;
}

/** Coins were paid for what is no hardware. */
export interface Pay extends Omit<Buy, "deed" | "kind" | "count"> {
  readonly deed: "pay";
  /** What for. */
  readonly what: string;
}

/** Something broke. */
export interface Broke {
  readonly deed: "broke";
  readonly kind: Kind;
}

/** What changes a player's coins or hardware. */
export type Act = Buy | Pay | Broke;

/** An act and its place in the order in which all readers fold. */
export interface Deed {
  readonly key: string;
  readonly n: number;
  readonly session: string;
  readonly act: Act;
}

/** What a character has done that is not undone. */
export interface Mark {
  readonly verb: MarkVerb;
  readonly what: string;
}

/** Coins that went from one character to another. */
export interface Transfer {
  readonly way: "in" | "out";
  /** The other one. */
  readonly other: string;
  readonly as: TransferKind;
  readonly coins: number;
  /** The session that gave them, and which of its transfers this is. */
  readonly session: string;
  readonly k: number;
}

/** For good, until they are paid back, or back. */
export type TransferKind = typeof transferKinds[number];

const transferKinds = ["gift", "loan", "repayment"] as const;

/** All that one session did to one round of a problem. */
export interface Hits {
  /** Steps taken off. */
  readonly total: number;
  /** 1 + the greatest that the session saw in the round when it hit last: who hit later has more. */
  readonly n: number;
  /** When it hit last, by its own clock: milliseconds since the epoch. */
  readonly at: number;
}

/** Hits, and the round of a rank's problem that they are hits in. */
export interface Damage {
  readonly rank: Rank;
  readonly round: number;
  readonly hits: Hits;
}

/** The last totals of a session, unacknowledged ones included. */
export interface End {
  readonly mined: number;
  readonly damage: readonly Damage[];
}

/** The records of a listing that are well-formed, and how many were not. */
export interface Parsed<T> {
  readonly records: T[];
  readonly skipped: number;
}

/** Parses every entry of a listing: `parse` gets the parts of the key that follow its first slash. */
export function parseAll<T>(
  entries: ReadonlyMap<string, string>,
  parse: (path: string[], value: string, key: string) => T | undefined,
): Parsed<T> {
  const records: T[] = [];
  for (const [key, value] of entries) {
    const record = parse(key.split("/").slice(1), value, key);
    if (record !== undefined) records.push(record);
  }
  return { records, skipped: entries.size - records.length };
}

/** `mined/<name>/<session>` */
export function parseMined(path: string[], value: string) {
  const [name, session] = path;
  const total = parseJson(value);
  return path.length === 2 && isSessionOf(name, session) && isCount(total)
    ? { session, total }
    : undefined;
}

/** `deed/<name>/<n>/<session>` */
export function parseDeed(path: string[], value: string, key: string): Deed | undefined {
  const [name, number, session] = path;
  if (path.length !== 3 || !isSessionOf(name, session)) return undefined;
  const n = parseDeedNumber(number);
  const act = parseAct(parseJson(value));
  return n !== undefined && act ? { key, n, session, act } : undefined;
}

/** `mark/<name>/<verb>/<what>`; what is of two parts has a slash between them */
export function parseMark(path: string[], value: string): Mark | undefined {
  const [name, verb, ...what] = path;
  return isName(name) && markVerbs.includes(verb as MarkVerb) && what.length >= 1 &&
      what.length <= 2 && what.every((part) => part !== "") && value === present
    ? { verb: verb as MarkVerb, what: what.join("/") }
    : undefined;
}

const markVerbs: readonly MarkVerb[] = ["read", "met", "took", "signed", "gave"];

/** `coin/<name>/<way>/<session>/<k>` */
export function parseTransfer(path: string[], value: string): Transfer | undefined {
  const [name, way, session, number] = path;
  const k = parseNumber(number ?? "");
  const transfer = parseJson(value);
  if (path.length !== 4 || !isName(name) || !isSessionId(session) || k === undefined) return;
  if (!isObject(transfer) || !isCount(transfer.coins) || transfer.coins === 0) return;
  const { as, coins, to } = transfer;
  if (!transferKinds.includes(as as TransferKind) || typeof to !== "string" || !isName(to)) return;
  // Whoever gave them may have been given another name since: then that stands in the record.
  const { from = playerOf(session) } = transfer;
  if (typeof from !== "string" || !isName(from)) return;
  // And so may whoever got them: the key has the new name, and `to` the old one.
  if (way !== "in" && (way !== "out" || name !== from)) return;
  const other = way === "in" ? from : to;
  return { way, other, as: as as TransferKind, coins, session, k };
}

/** `rank/<name>/<rank>` */
export function parseRank(path: string[], value: string): Rank | undefined {
  return path.length === 2 && value === present && isRank(path[1]) ? path[1] : undefined;
}

/** `damage/<rank>/<round>/<session>` */
export function parseDamage(path: string[], value: string) {
  const [rank, number, session] = path;
  const hits = parseJson(value);
  const damage = { rank, round: parseNumber(number ?? ""), hits };
  return path.length === 3 && isSessionId(session) && isDamage(damage)
    ? { ...damage, session }
    : undefined;
}

/** `risen/<rank>/<round>/<name>` */
export function parseRisen(path: string[], value: string): number | undefined {
  const [rank, number, name] = path;
  const round = parseNumber(number ?? "");
  return path.length === 3 && isRank(rank) && isRound(round) && isName(name) && value === present
    ? round
    : undefined;
}

/** `end/<session>` */
export function parseEnd(path: string[], value: string) {
  const [session] = path;
  const end = parseJson(value);
  if (path.length !== 1 || !isSessionId(session)) return undefined;
  if (!isObject(end) || !isCount(end.mined)) return undefined;
  if (!Array.isArray(end.damage) || !end.damage.every(isDamage)) return undefined;
  return { session, end: { mined: end.mined, damage: end.damage } };
}

function parseAct(act: unknown): Act | undefined {
  if (!isObject(act)) return undefined;
  const { deed, kind, count, cost, seen, given = 0, what } = act;
  if (deed === "broke") return isMachine(kind) ? { deed, kind } : undefined;
  if (!isCount(seen) || !isCount(cost) || !isCount(given)) return undefined;
  const paid = { cost, seen, ...given > 0 ? { given } : {} };
  if (deed === "pay") {
    return typeof what === "string" && what.length <= 100 ? { deed, what, ...paid } : undefined;
  }
  return deed === "buy" && isItem(kind) && isCount(count) && count > 0 && isFair(kind, count, cost)
    ? { deed, kind, count, ...paid }
    : undefined;
}

/** Whether so much can have been paid, wherever and at whatever event. */
function isFair(kind: Kind, count: number, cost: number): boolean {
  const full = count * priceOf(kind);
  return cost >= Math.floor(full / 10) && cost <= 2 * full;
}

function isDamage(damage: unknown): damage is Damage {
  if (!isObject(damage) || !isRank(damage.rank) || !isObject(damage.hits)) return false;
  const { round, hits } = damage;
  return isRound(round) &&
    isCount(hits.total) && isCount(hits.n) && Number.isSafeInteger(hits.at);
}

/** What `text` holds as JSON, or nothing. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether fields may be looked for in `value`. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Whether `value` is a whole number that the game counts to. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= countMax;
}

function isRound(value: unknown): value is number {
  return isCount(value) && value >= 1 && value <= roundMax;
}

function isSessionOf(name: string, session: string): boolean {
  return isSessionId(session) && session.startsWith(`${name}.`);
}

/** Whether `text` names a rank. */
export function isRank(text: unknown): text is Rank {
  return ranks.includes(text as Rank);
}

/** Whether `text` names what the shop sells. */
export function isItem(text: unknown): text is Kind {
  return isMachine(text) || facilities.includes(text as Kind);
}

function isMachine(text: unknown): text is Kind {
  return kinds.includes(text as Kind);
}
