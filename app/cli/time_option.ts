import { UsageError } from "./usage_error.ts";

/**
 * Reads an option value that is a time of ISO 8601, of the machine's zone if it names none.
 *
 * @returns milliseconds since the epoch.
 * @throws {UsageError} when it is none.
 */
export function parseTime(text: string): number {
  const [, day, time] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?))?$/
      .exec(text) ?? [];
  // One that the month does not have would be read as a later one.
  const isDay = new Date(`${day}T00:00Z`).toJSON()?.startsWith(day) ?? false;
  // A day alone would be one of UTC.
  const ms = isDay ? Date.parse(`${day}T${time ?? "00:00"}`) : NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new UsageError("Allowed is a time of ISO 8601, as 2026-11-29T15:30:00Z or 2026-11-29.");
}
