/**
 * Terms: everybody begins anew with each, and what was before stays to be seen.
 *
 * Nobody has to begin a term: which one it is follows from the clock and from one record, `term/now`,
 * that says when some term began. It is written once by the first who ever enrols, and by whoever runs the
 * game to end a term early; the last writer wins.
 *
 * @module
 */

import { termDaysDefault } from "../world/bounds.ts";
import { world } from "../world/world.ts";
import type { Reader } from "./reader.ts";
import { keys } from "./keys.ts";
import { isCount, isObject, parseJson } from "./records.ts";

/** A term. */
export interface Term {
  /** From 1 on. */
  readonly number: number;
  /** When it began and ends: milliseconds since the epoch. */
  readonly beganMs: number;
  readonly endsMs: number;
}

const dayMs = 86_400_000;

/** Which term it is at `nowMs`, or nothing where none has ever begun. */
export async function readTerm(reader: Reader, nowMs: number): Promise<Term | undefined> {
  const value = await reader.get(keys.term());
  return value === undefined ? undefined : termFrom(value, nowMs);
}

/** Where the record stands. */
export const termKey: string = keys.term();

/** The record that says that the `number`-th term began at `nowMs`. */
export function termText(number: number, nowMs: number): string {
  return JSON.stringify({ term: number, at: nowMs });
}

/** The term at `nowMs` by the record `value`, if that is well-formed. */
export function termFrom(value: string, nowMs: number): Term | undefined {
  const record = parseJson(value);
  if (!isObject(record) || !isCount(record.term) || record.term < 1) return undefined;
  if (!Number.isSafeInteger(record.at)) return undefined;
  const lengthMs = (world.term?.days ?? termDaysDefault) * dayMs;
  const since = Math.max(0, nowMs - (record.at as number));
  const passed = Math.floor(since / lengthMs);
  const beganMs = (record.at as number) + passed * lengthMs;
  return { number: record.term + passed, beganMs, endsMs: beganMs + lengthMs };
}
