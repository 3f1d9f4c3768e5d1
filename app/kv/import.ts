import { RpcError } from "../../kvclient/mod.ts";
import { appLimits } from "../../limits.ts";
import { exitCodeOfSignal, exitCodes } from "../cli/exit_codes.ts";
import { failureText } from "../cli/failure.ts";
import { type Line, readLines } from "../cli/lines.ts";
import { counted } from "../cli/numbers.ts";
import { showProgress } from "../cli/progress.ts";
import { UsageError } from "../cli/usage_error.ts";
import type { Entry } from "./entry_text.ts";
import type { KvSession } from "./session.ts";

/** Where an import reads. */
export interface ImportSource {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** How many bytes these are, where that is known. */
  readonly size?: number;
  /** Whether somebody types them, and needs no progress. */
  readonly isTyped?: boolean;
}

/**
 * Puts the entries that the lines of JSON in `source` are, many at a time. A line that is none, or is
 * too large, is passed over and told by its number; past `importFaultsMax` of them, and when the server
 * is lost, it stops. However it ends, it says how many entries were put.
 *
 * @returns 0, or the exit code of a wrong line.
 * @throws what ended it: a lost server, a source that cannot be read.
 */
export async function importEntries(session: KvSession, source: ImportSource): Promise<number> {
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
  const puts = new Puts(session, progress.tell);
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

/** The entry that a line of JSON is. @throws {UsageError} when it is none. */
export function parseEntry(line: Line): Entry {
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
  const { key, value } = Object(entry);
  if (typeof key !== "string" || typeof value !== "string") {
    throw new UsageError(`Cannot import it: found no entry, ${allowed}`);
  }
  return [key, value];
}

const allowed = 'allowed is {"key":"...","value":"..."}';

/** The puts of an import: so many at a time, and what became of them. */
class Puts {
  /** Entries that are in the store. */
  done = 0;
  /** Lines that were passed over. */
  faults = 0;
  /** What ended it: no further line will do better. */
  failure: unknown;
  #session: KvSession;
  #tell: (lines: string) => void;
  /** The lines under way, in their order. */
  #open = new Set<number>();
  #chars = 0;
  /** The first line that was to be put, and may be missing. */
  #firstMissing = Infinity;
  #onSettled: (() => void) | undefined;

  constructor(session: KvSession, tell: (lines: string) => void) {
    this.#session = session;
    this.#tell = tell;
  }

  /** Whether no further line is to be put. */
  get isOver(): boolean {
    return this.failure !== undefined || this.faults > appLimits.importFaultsMax;
  }

  /** Starts to put the entry of a line; waits while too many are under way. */
  async put(number: number, line: Line): Promise<void> {
    let entry: Entry;
    try {
      entry = parseEntry(line);
    } catch (error) {
      return this.#passOver(number, error);
    }
    const chars = entry[0].length + entry[1].length;
    while (!this.isOver && !this.#hasRoomFor(chars)) await this.#settled();
    if (this.isOver) return this.#miss(number);
    this.#open.add(number);
    this.#chars += chars;
    const { client, signal } = this.#session;
    client.put(...entry, { timeoutMs: appLimits.importTimeoutMs, signal })
      .then(() => void this.done++, (error) => this.#fail(number, error))
      .finally(() => {
        this.#open.delete(number);
        this.#chars -= chars;
        this.#onSettled?.();
      });
  }

  /** Waits for all that is under way. */
  async end(): Promise<void> {
    while (this.#open.size > 0) await this.#settled();
  }

  /** How many entries were put, and where to go on when it was stopped. */
  summary(): string {
    const [firstOpen = Infinity] = this.#open;
    const first = Math.min(firstOpen, this.#firstMissing);
    const parts = [`Put ${counted(this.done, "entry", "entries")}`];
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
    const isOfLine = error instanceof TypeError ||
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
