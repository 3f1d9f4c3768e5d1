import type { LogLevel, LogRecord } from "../../log/mod.ts";
import { newRecord } from "../../log/record.ts";
import { fc } from "../deps.ts";

/** A record of level `level` about `peer`. */
export function recordAbout(
  peer: string,
  { level = "warn", timeMs = 0 }: { level?: LogLevel; timeMs?: number } = {},
): LogRecord {
  return newRecord(level, "Peer {peer} is lost", { peer }, timeMs);
}

/** Characters that are likely to break out of a line, or to hide what is in it. */
const nasty = [
  ..."\n\r\t\0\x07\x1b\x7f\x85\x9b\u2028\u2029\u202e\u2066\u200f\u061c\"'\\{}= ",
  "\x1b[2J",
  "\x1b]0;title\x07",
  "\ud800",
  "\udc00",
  "\u{1f600}",
  "{peer}",
  "é",
];

/** Texts as a forger may choose them, up to megabytes long. */
export const forgedTexts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 600 }),
  fc.array(fc.constantFrom(...nasty), { maxLength: 600 }).map((parts) => parts.join("")),
  fc.tuple(fc.constantFrom(...nasty), fc.nat(1_000_000)).map(([part, n]) => part.repeat(n)),
);
