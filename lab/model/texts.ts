/**
 * How moments, clocks and values are said.
 *
 * @module
 */

import type { TracedEntry } from "../../simulate/mod.ts";
import { writeWords } from "../../simulate/trace/words.ts";

/** A moment of a run: `0:12.345`. */
export function clockText(ms: number): string {
  const sign = ms < 0 ? "−" : "";
  const whole = Math.floor(Math.abs(ms));
  const minutes = Math.floor(whole / 60_000);
  const seconds = String(Math.floor(whole / 1_000) % 60).padStart(2, "0");
  return `${sign}${minutes}:${seconds}.${String(whole % 1_000).padStart(3, "0")}`;
}

/** How far a clock is off: `2 s ahead`, `right`. */
export function skewText(ms: number): string {
  if (Math.round(ms) === 0) return "right";
  return `${spanText(Math.abs(ms))} ${ms > 0 ? "ahead" : "behind"}`;
}

/** A time span: `120 ms`, `2.5 s`. */
export function spanText(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}

/** A value, or that there is none. */
export function valueText(value: string | null): string {
  return value === null ? "deleted" : value;
}

/** How far a clock is off, where there is little room: `+2 s`. */
export function shortSkewText(ms: number): string {
  return `${ms < 0 ? "−" : "+"}${spanText(Math.abs(ms))}`;
}

/** So many characters of a text, the last of which says that there are more. */
export function cutTo(text: string, chars: number): string {
  return text.length > chars ? `${text.slice(0, chars - 1)}…` : text;
}

/** So many characters of a message are shown where it travels. */
const labelCharsMax = 14;

/** What is written on a message that travels. */
export function labelOf(
  { kinds, entries }: { kinds: readonly string[]; entries: readonly TracedEntry[] },
  charsMax = labelCharsMax,
): string {
  if (entries.length > 1) return `${entries.length} entries`;
  if (entries.length === 0) return kinds.includes("state") ? "state" : kinds[0] ?? "";
  return cutTo(writeWords(entries[0]), charsMax);
}
