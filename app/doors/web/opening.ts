import { doorLimits } from "../../../limits.ts";
import type { Resumption } from "../lines/doorkeeper.ts";

/** What a client says of itself, and of a session that it would go on with. */
export interface Opening {
  readonly typing: "lines" | "keys";
  /** Whether lines are read aloud. */
  readonly isSpoken: boolean;
  /** Whether prompts are told beside the text. */
  readonly isPrompted: boolean;
  /** That session, if there is one. */
  readonly before: Resumption | undefined;
}

/** The size of a terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Reads what came as `CMUD.Open`; what is not there, or nonsense, is as with clients that say nothing. */
export function openingOf(data: unknown): Opening {
  const { typing, spoken, prompts, secret, heard } = fieldsOf(data);
  return {
    typing: typing === "keys" ? "keys" : "lines",
    isSpoken: spoken === true,
    isPrompted: typing !== "keys" && prompts === "told",
    before: typeof secret === "string" && /^[0-9a-f]{32}$/.test(secret)
      ? { secret, heard: Number.isSafeInteger(heard) ? heard as number : undefined }
      : undefined,
  };
}

/** Reads a size; `undefined`: it is none. */
export function sizeOf(data: unknown): Size | undefined {
  const { columns, rows } = fieldsOf(data);
  const isWithin = (count: unknown, max: number) =>
    Number.isSafeInteger(count) && (count as number) > 0 && (count as number) <= max;
  return isWithin(columns, doorLimits.columnsMax) && isWithin(rows, doorLimits.rowsMax)
    ? { columns: columns as number, rows: rows as number }
    : undefined;
}

function fieldsOf(data: unknown): Record<string, unknown> {
  return typeof data === "object" && data !== null ? data as Record<string, unknown> : {};
}
