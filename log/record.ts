import { logLimits } from "../limits.ts";

/** How much a line of the log matters, the least first. */
export const logLevels = ["debug", "info", "warn", "error"] as const;

/** How much a line of the log matters. */
export type LogLevel = typeof logLevels[number];

/** Whether `level` matters as much as `least`, or more. */
export function isAtLeast(level: LogLevel, least: LogLevel): boolean {
  return logLevels.indexOf(level) >= logLevels.indexOf(least);
}

/**
 * What a line says beside its words. `peer` is the other server or client that the line is about:
 * repeated lines are counted for each peer. `trace` is the stack trace of a bug.
 */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** One event, or several alike: plain data that may be posted to another thread. */
export interface LogRecord {
  /** Wall clock of the event; of several, that of the last. */
  readonly timeMs: number;
  /** How much it matters. */
  readonly level: LogLevel;
  /** Our own words, with `{name}` where the value of a field belongs: what kind of event it is. */
  readonly template: string;
  /** The values; texts are bounded, because others may have sent them. */
  readonly fields: LogFields;
  /** How many events the record stands for. */
  readonly count: number;
  /** Wall clock of the first of the events. */
  readonly sinceMs: number;
}

/** The record of one event. */
export function newRecord(
  level: LogLevel,
  template: string,
  fields: LogFields,
  timeMs: number,
): LogRecord {
  const bounded = Object.entries(fields).map(([name, value]) => [name, boundedValue(name, value)]);
  return {
    ...{ timeMs, level, template, fields: Object.fromEntries(bounded) },
    ...{ count: 1, sinceMs: timeMs },
  };
}

/** Merges two records of the same kind: the words and fields are those of the later one. */
export function mergedRecord(earlier: LogRecord, later: LogRecord): LogRecord {
  return {
    ...later,
    count: earlier.count + later.count,
    sinceMs: Math.min(earlier.sinceMs, later.sinceMs),
  };
}

function boundedValue(name: string, value: LogFields[string]): LogFields[string] {
  if (typeof value !== "string") return value;
  if (name === "trace") return cut(value, logLimits.traceCharsMax);
  if (value.length <= logLimits.textCharsMax) return value;
  const length = value.length.toLocaleString("en-US");
  return `${cut(value, logLimits.textCharsMax)} (${length} characters)`;
}

/** At most `charsMax` characters of `text`, with an ellipsis where it is cut, and no half of a pair. */
export function cut(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax).replace(halfPair, "")}…`;
}

const halfPair = /[\ud800-\udbff]$/;
