import { UsageError } from "./usage_error.ts";

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The longest duration, about a century: timers and clocks count in safe integers. */
const durationMsMax = 100 * 366 * unitsMs.d;

/** What a duration may be, as people write it. */
export const allowedDuration = `a duration from 1ms to ${durationMsMax / unitsMs.d}d`;

/**
 * Reads an option value that is a duration, as `30s` or `1.5h`.
 *
 * @param otherwise what else is allowed
 * @returns milliseconds.
 */
export function parseDuration(text: string, otherwise?: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = Math.round(Number(digits) * unitsMs[unit as keyof typeof unitsMs]);
  if (ms > 0 && ms <= durationMsMax) return ms;
  const units = "ms, s, m, h or d";
  const or = otherwise === undefined ? "" : `; or ${otherwise}`;
  throw new UsageError(
    /^\d+(\.\d+)?$/.test(text) && Number(text) > 0
      ? `Allowed is a duration with its unit, ${units}, as ${text}s or ${text}h${or}.`
      : `Allowed is ${allowedDuration}, a number and ${units}, as 30s or 2h${or}.`,
  );
}

/** A duration as `parseDuration` reads it, with no more digits than a person wants to see; rounded down. */
export function durationText(ms: number): string {
  const [unit, unitMs] = Object.entries(unitsMs).findLast(([, unitMs]) => ms >= 2 * unitMs) ??
    ["ms", unitsMs.ms];
  return `${Math.floor(10 * ms / unitMs) / 10}${unit}`;
}
