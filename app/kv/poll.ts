import { ConnectionError, isRetriable, TimeoutError } from "../../kvclient/mod.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { counted } from "../cli/numbers.ts";
import { pause } from "../cli/pause.ts";
import {
  changeText,
  deletionText,
  lostText,
  resumedText,
  type WatchingOptions,
  watchingText,
} from "./change_text.ts";
import { SeenEntries } from "./seen_entries.ts";
import type { KvSession } from "./session.ts";

/**
 * Polls the entries with `prefix`, and prints each that is new, has changed or is gone since the last
 * poll, until the session's signal aborts: for a server that has no watches. Two changes between two polls
 * are printed as one.
 *
 * A lost server is polled again and again; changes of the meantime are printed when it answers.
 *
 * @throws {UsageError} when the entries do not fit in `watchedCharsMax`; the error of the first poll.
 */
export async function poll(
  session: KvSession,
  prefix: string,
  { intervalMs, initial = false }: WatchingOptions,
): Promise<number> {
  const { client, console, signal } = session;
  const seen = new SeenEntries();
  for (let isFirst = true, isLost = false; !signal?.aborted;) {
    try {
      for await (const entry of client.scan(prefix, { signal })) {
        const change = seen.see(entry);
        if (change === undefined || isFirst && !initial) continue;
        console.out(changeText(session, isFirst ? "initial" : change, entry));
      }
      const gone = seen.forgetGone();
      if (isFirst) console.err(watchingText(prefix));
      if (isLost) {
        console.err(resumedText);
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
      if (!isLost) console.err(lostText(error));
      isLost = true;
    }
    await pause(intervalMs, signal);
  }
  return exitCodes.ok;
}

/** Whether another try may succeed. */
function isPassing(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof TimeoutError || isRetriable(error);
}
