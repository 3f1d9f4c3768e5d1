import { appLimits } from "../../limits.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { exitCodeOfSignal } from "../cli/stop_signals.ts";
import { failureText } from "../cli/failure.ts";
import { type Line, readLines } from "../cli/lines.ts";
import { counted, grouped } from "../cli/numbers.ts";
import { showProgress } from "../cli/progress.ts";
import { UsageError } from "../cli/usage_error.ts";
import { bytesOfBase64 } from "./entry_text.ts";
import { allowedOrder, type ImportedEntry, Puts } from "./puts.ts";
import type { KvSession } from "./session.ts";

/** How entries are imported. */
export interface ImportOptions {
  /** Whether they are taken as they were written, so that they beat nothing that is later. Default false. */
  readonly merges?: boolean;
}

/** The source of an import. */
export interface ImportSource {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** The number of bytes, where it is known. */
  readonly size?: number;
  /** Whether the bytes are typed: then no progress is shown. */
  readonly isTyped?: boolean;
}

/**
 * Puts the entries of the lines of JSON in `source`, many at a time. A line that is no entry, or is too
 * large, is skipped and reported by its number; past `importFaultsMax` of them, and when the server
 * is lost, the import stops. In every case it prints the number of entries that were put.
 *
 * @returns 0, or the exit code of a wrong line.
 * @throws the error that stopped the import: a lost server, an unreadable source.
 */
export async function importEntries(
  session: KvSession,
  source: ImportSource,
  options: ImportOptions = {},
): Promise<number> {
  const { console } = session;
  let bytesRead = 0;
  const countedBytes = async function* () {
    for await (const bytes of source.bytes) {
      bytesRead += bytes.length;
      yield bytes;
    }
  };
  const shows = source.isTyped ? undefined : () => ({
    unit: "entries",
    count: puts.done,
    share: source.size ? Math.min(1, bytesRead / source.size) : undefined,
  });
  const progress = showProgress(console, shows);
  const { merges = false } = options;
  const puts = new Puts(session.client, {
    merges,
    signal: session.signal,
    onFault: (number, error) => progress.tell(`Line ${number}: ${failureText(error)}\n`),
  });
  const release = console.onStopSignal((signal) => {
    progress.hide();
    console.err(summary(puts, merges));
    console.exit(exitCodeOfSignal(signal));
  });
  let failure: unknown;
  try {
    let number = 0;
    for await (const line of readLines(countedBytes(), appLimits.lineCharsMax)) {
      number++;
      if (line?.trim() === "") continue;
      let entry: ImportedEntry;
      try {
        entry = parseEntry(line);
      } catch (error) {
        puts.passOver(number, error);
        if (puts.isOver) break;
        continue;
      }
      await puts.put(number, entry);
      if (puts.isOver) break;
    }
  } catch (error) {
    failure = error;
  }
  await puts.end();
  release();
  progress.hide();
  console.err(summary(puts, merges));
  failure ??= puts.failure;
  if (failure !== undefined) throw failure;
  return puts.faults === 0 ? exitCodes.ok : exitCodes.usage;
}

/** The summary: the entries that were put, and the line to go on from after a stop. */
function summary(puts: Puts, merges: boolean): string {
  const entries = counted(puts.done, "entry", "entries");
  const parts = [merges ? `Merged ${entries}` : `Put ${entries}`];
  if (puts.kept > 0) parts.push(`${grouped(puts.kept)} of them changed nothing`);
  if (puts.expired > 0) parts.push(`${grouped(puts.expired)} had expired`);
  if (puts.faults > 0) parts.push(`${counted(puts.faults, "line")} left out`);
  if (puts.firstMissing < Infinity) {
    parts.push(`from line ${puts.firstMissing} on some may be missing`);
  } else if (puts.isOver) parts.push("the rest was not read, for there is too much wrong");
  return `${parts.join("; ")}\n`;
}

/** Parses a line of JSON. @throws {UsageError} when it is no entry. */
export function parseEntry(line: Line): ImportedEntry {
  if (line === undefined) throw new UsageError("Cannot import it: it is not valid UTF-8");
  if (line.length > appLimits.lineCharsMax) {
    throw new UsageError(
      `Cannot import it: found more than ${appLimits.lineCharsMax} characters, which no entry has`,
    );
  }
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch (cause) {
    throw new UsageError(`Cannot import it: found no JSON, ${allowed}`, { cause });
  }
  const { key, value, base64, expiresAt, order, counter, change } = Object(entry);
  const hasValue = value !== undefined || base64 !== undefined;
  // As `kv watch --json` prints what was deleted.
  if (typeof key === "string" && !hasValue && change === "deleted") return { key };
  const read = base64 === undefined ? value : typeof base64 === "string" && bytesOfBase64(base64);
  const isValue = typeof read === "string" || read instanceof Uint8Array;
  if (typeof key !== "string" || !isValue || (value !== undefined && base64 !== undefined)) {
    throw new UsageError(`Cannot import it: found no entry, ${allowed}`);
  }
  if (expiresAt !== undefined && !(Number.isSafeInteger(expiresAt) && expiresAt >= 1)) {
    throw new UsageError(
      "Cannot import it: found an expiresAt that is none, allowed are milliseconds since 1970",
    );
  }
  if (order !== undefined && !isOrder(order)) {
    throw new UsageError(`Cannot import it: found an order that is none, ${allowedOrder}`);
  }
  if (counter !== undefined && !(Number.isSafeInteger(counter) && counter >= 1)) {
    throw new UsageError(
      "Cannot import it: found a counter that is none, allowed is an integer from 1 on",
    );
  }
  return { key, value: read, expiresAt, order, counter };
}

const allowed = 'allowed is {"key":"...","value":"..."}';

function isOrder(order: unknown): boolean {
  if (!Array.isArray(order) || order.length !== 3) return false;
  const isOrdinal = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  return isOrdinal(order[0]) && isOrdinal(order[1]) && typeof order[2] === "string";
}
