import { ConnectionError, isRetriable, TimeoutError, type Value } from "../../kvclient/mod.ts";
import { appLimits } from "../../limits.ts";
import { escapeControl, escapedJson } from "../../rpc/mod.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { failureText } from "../cli/failure.ts";
import { counted } from "../cli/numbers.ts";
import { pause } from "../cli/pause.ts";
import { UsageError } from "../cli/usage_error.ts";
import { type Entry, joined, jsonLine, onTerminal, type Printed } from "./entry_text.ts";
import type { KvSession } from "./session.ts";

/** The change of a key between two reads. */
export type Change = "new" | "changed" | "deleted";

/**
 * Polls the entries with `prefix`, and prints each that is new, has changed or is gone since the last
 * poll, until the session's signal aborts. Two changes between two polls are printed as one.
 *
 * A lost server is polled again and again; changes of the meantime are printed when it answers.
 *
 * @throws {UsageError} when the entries do not fit in `watchedCharsMax`; the error of the first poll.
 */
export async function watch(
  session: KvSession,
  prefix: string,
  intervalMs: number,
): Promise<number> {
  const { client, console, signal } = session;
  const seen = new SeenEntries();
  for (let isFirst = true, isLost = false; !signal?.aborted;) {
    try {
      for await (const entry of client.scan(prefix, { signal })) {
        const change = seen.see(entry);
        if (change !== undefined && !isFirst) console.out(changeText(session, change, entry));
      }
      const gone = seen.forgetGone();
      if (isFirst) console.err(`Watching ${about(prefix)}. Ctrl-C ends it.\n`);
      if (isLost) {
        console.err("It answers again.\n");
        if (gone.length > 0) {
          const what = counted(gone.length, "key is", "keys are");
          console.err(`${what} gone: did the server start anew?\n`);
        }
      }
      for (const key of gone) console.out(deletionText(session, key));
      isFirst = isLost = false;
    } catch (error) {
      if (signal?.aborted) break;
      if (isFirst || !isPassing(error)) throw error;
      if (!isLost) console.err(`${failureText(error)}\nIt is asked until it answers.\n`);
      isLost = true;
    }
    await pause(intervalMs, signal);
  }
  return exitCodes.ok;
}

/** The entries of the last full poll. */
export class SeenEntries {
  #charsMax: number;
  #entries = new Map<string, { value: Value; look: number }>();
  #look = 0;
  #chars = 0;

  /** @param charsMax of keys and values; for more there is an error */
  constructor(charsMax = appLimits.watchedCharsMax) {
    this.#charsMax = charsMax;
  }

  /** @returns what became of it. @throws {UsageError} for more than can be remembered. */
  see([key, value]: Entry): Change | undefined {
    const before = this.#entries.get(key);
    this.#chars += value.length - (before?.value.length ?? -key.length);
    if (this.#chars > this.#charsMax) {
      throw new UsageError(
        `Cannot watch so much: allowed are ${this.#charsMax} characters of keys and values ` +
          `below one prefix`,
      );
    }
    this.#entries.set(key, { value, look: this.#look });
    if (before === undefined) return "new";
    return isSame(before.value, value) ? undefined : "changed";
  }

  /** Ends a full poll: forgets the keys that it did not see. @returns them. */
  forgetGone(): string[] {
    const gone: string[] = [];
    for (const [key, { value, look }] of this.#entries) {
      if (look === this.#look) continue;
      this.#entries.delete(key);
      this.#chars -= key.length + value.length;
      gone.push(key);
    }
    this.#look++;
    return gone;
  }
}

function isSame(a: Value, b: Value): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function changeText({ console, format }: KvSession, change: Change, [key, value]: Entry): Printed {
  if (format === "json") return jsonLine(key, value, { change });
  return console.stdoutIsTerminal
    ? `${change}\t${escapeControl(key)}\t${onTerminal(value)}\n`
    : joined([change, "\t", key, "\t", value, "\n"]);
}

function deletionText({ console, format }: KvSession, key: string): string {
  const change: Change = "deleted";
  if (format === "json") return `${escapedJson({ key, change })}\n`;
  return `${change}\t${console.stdoutIsTerminal ? escapeControl(key) : key}\n`;
}

function about(prefix: string): string {
  return prefix === "" ? "all keys" : `keys that begin with ${escapeControl(prefix)}`;
}

/** Whether another try may succeed. */
function isPassing(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof TimeoutError || isRetriable(error);
}
