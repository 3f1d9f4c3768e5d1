import { type ExportedEntry, RpcError, type Value } from "../../kvclient/mod.ts";
import { appLimits } from "../../limits.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { exitCodeOfSignal } from "../cli/stop_signals.ts";
import { failureText } from "../cli/failure.ts";
import { type Line, readLines } from "../cli/lines.ts";
import { counted, grouped } from "../cli/numbers.ts";
import { showProgress } from "../cli/progress.ts";
import { UsageError } from "../cli/usage_error.ts";
import { bytesOfBase64 } from "./entry_text.ts";
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
  const puts = new Puts(session, options, progress.tell);
  const release = console.onStopSignal((signal) => {
    progress.hide();
    console.err(puts.summary());
    console.exit(exitCodeOfSignal(signal));
  });
  let failure: unknown;
  try {
    let number = 0;
    for await (const line of readLines(countedBytes(), appLimits.lineCharsMax)) {
      number++;
      if (line?.trim() === "") continue;
      await puts.put(number, line);
      if (puts.isOver) break;
    }
  } catch (error) {
    failure = error;
  }
  await puts.end();
  release();
  progress.hide();
  console.err(puts.summary());
  failure ??= puts.failure;
  if (failure !== undefined) throw failure;
  return puts.faults === 0 ? exitCodes.ok : exitCodes.usage;
}

/** An entry of a line. */
export interface ImportedEntry {
  readonly key: string;
  /** Absent: the key is to be deleted. */
  readonly value?: Value;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
  readonly order?: ExportedEntry["order"];
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
  const { key, value, base64, expiresAt, order, change } = Object(entry);
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
  return { key, value: read, expiresAt, order };
}

const allowed = 'allowed is {"key":"...","value":"..."}';

const allowedOrder = 'allowed is "order":[timestamp,sequence,"uid"]';

function isOrder(order: unknown): boolean {
  if (!Array.isArray(order) || order.length !== 3) return false;
  const isOrdinal = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  return isOrdinal(order[0]) && isOrdinal(order[1]) && typeof order[2] === "string";
}

/** The puts of an import: those in flight, bounded, and the result of the others. */
class Puts {
  /** Entries that are in the store. */
  done = 0;
  /** Those of them that were there already, or are because the store had later ones. */
  kept = 0;
  /** Lines whose entries have expired meanwhile. */
  expired = 0;
  /** Lines that were skipped. */
  faults = 0;
  /** The error that stopped the import, because every further line would meet it too. */
  failure: unknown;
  #session: KvSession;
  #merges: boolean;
  #tell: (lines: string) => void;
  /** Lines whose puts are in flight, in order. */
  #open = new Set<number>();
  #chars = 0;
  /** The first line whose put was not acknowledged. */
  #firstMissing = Infinity;
  #onSettled: (() => void) | undefined;

  constructor(
    session: KvSession,
    { merges = false }: ImportOptions,
    tell: (lines: string) => void,
  ) {
    this.#session = session;
    this.#merges = merges;
    this.#tell = tell;
  }

  /** Whether the import has stopped. */
  get isOver(): boolean {
    return this.failure !== undefined || this.faults > appLimits.importFaultsMax;
  }

  /** Starts the put of a line; waits while too many are in flight. */
  async put(number: number, line: Line): Promise<void> {
    let entry: ImportedEntry;
    try {
      entry = parseEntry(line);
    } catch (error) {
      return this.#passOver(number, error);
    }
    const chars = entry.key.length + (entry.value?.length ?? 0);
    while (!this.isOver && !this.#hasRoomFor(chars)) await this.#settled();
    if (this.isOver) return this.#miss(number);
    this.#open.add(number);
    this.#chars += chars;
    this.#store(entry).catch((error) => this.#fail(number, error))
      .finally(() => {
        this.#open.delete(number);
        this.#chars -= chars;
        this.#onSettled?.();
      });
  }

  async #store({ key, value, expiresAt, order }: ImportedEntry): Promise<void> {
    const { client, signal } = this.#session;
    const options = { timeoutMs: appLimits.importTimeoutMs, signal };
    if (this.#merges) {
      if (value === undefined || order === undefined) {
        throw new UsageError(`Cannot merge it: found no order, ${allowedOrder}`);
      }
      if (!await client.merge({ key, value, expiresAt, order }, options)) this.kept++;
    } else if (value === undefined) {
      await client.delete(key, options);
    } else {
      const ttlMs = expiresAt === undefined ? undefined : expiresAt - realEnvironment.now();
      if (ttlMs !== undefined && ttlMs < 1) return void this.expired++;
      await client.put(key, value, { ...options, ttlMs });
    }
    this.done++;
  }

  /** Waits for all puts in flight. */
  async end(): Promise<void> {
    while (this.#open.size > 0) await this.#settled();
  }

  /** The summary: the entries that were put, and the line to go on from after a stop. */
  summary(): string {
    const [firstOpen = Infinity] = this.#open;
    const first = Math.min(firstOpen, this.#firstMissing);
    const entries = counted(this.done, "entry", "entries");
    const parts = [this.#merges ? `Merged ${entries}` : `Put ${entries}`];
    if (this.kept > 0) parts.push(`${grouped(this.kept)} of them changed nothing`);
    if (this.expired > 0) parts.push(`${grouped(this.expired)} had expired`);
    if (this.faults > 0) parts.push(`${counted(this.faults, "line")} left out`);
    if (first < Infinity) parts.push(`from line ${first} on some may be missing`);
    else if (this.isOver) parts.push("the rest was not read, for there is too much wrong");
    return `${parts.join("; ")}\n`;
  }

  #hasRoomFor(chars: number): boolean {
    return this.#open.size === 0 ||
      (this.#open.size < appLimits.importPutsMax &&
        this.#chars + chars <= appLimits.importCharsMax);
  }

  #settled(): Promise<void> {
    return new Promise((resolve) => this.#onSettled = resolve);
  }

  #fail(number: number, error: unknown): void {
    const isOfLine = error instanceof TypeError || error instanceof RangeError ||
      error instanceof UsageError ||
      (error instanceof RpcError && ["too_large", "bad_request"].includes(error.code));
    if (isOfLine) return this.#passOver(number, error);
    this.failure ??= error;
    this.#miss(number);
  }

  #passOver(number: number, error: unknown): void {
    this.faults++;
    this.#tell(`Line ${number}: ${failureText(error)}\n`);
  }

  #miss(number: number): void {
    this.#firstMissing = Math.min(this.#firstMissing, number);
  }
}
