import { RpcError, type WatchState } from "../../kvclient/mod.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { UsageError } from "../cli/usage_error.ts";
import {
  changeText,
  deletionText,
  lostText,
  resumedText,
  type WatchingOptions,
  watchingText,
} from "./change_text.ts";
import { poll } from "./poll.ts";
import { SeenEntries } from "./seen_entries.ts";
import type { KvSession } from "./session.ts";

/**
 * Prints each entry with `prefix` that is new, changes or is deleted, as soon as it is, until the session's
 * signal aborts. Writes that change nothing of what is shown are not printed, nor those in between of
 * writes that come faster than they are printed. A server that has no watches is polled.
 *
 * @throws {UsageError} when the entries do not fit in memory; the error of the beginning.
 */
export async function watch(
  session: KvSession,
  prefix: string,
  options: WatchingOptions,
): Promise<number> {
  try {
    return await printChanges(session, prefix, options);
  } catch (error) {
    if (session.signal?.aborted) return exitCodes.ok;
    if (error instanceof RpcError && error.code === "unknown_method") {
      return poll(session, prefix, options);
    }
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

async function printChanges(
  session: KvSession,
  prefix: string,
  { initial = false }: WatchingOptions,
): Promise<never> {
  const { client, console, signal } = session;
  const seen = new SeenEntries();
  let isInitial = true;
  const onState = (state: WatchState) => {
    if (state.type === "watching") {
      isInitial = false;
      console.err(watchingText(prefix));
    } else console.err(state.type === "lost" ? lostText(state.error) : resumedText);
  };
  for await (const { key, value } of client.watch(prefix, { initial: true, signal, onState })) {
    if (value === undefined) {
      // One that came and went in between was never printed.
      if (seen.forget(key)) console.out(deletionText(session, key));
      continue;
    }
    const change = seen.see([key, value]);
    if (change === undefined || isInitial && !initial) continue;
    // One of which another value was told before a server was lost has changed.
    const isThere = isInitial && change === "new";
    console.out(changeText(session, isThere ? "initial" : change, [key, value]));
  }
  throw new Error("Cannot watch on: a watch ended by itself");
}
