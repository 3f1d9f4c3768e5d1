import { BrokenPipeError } from "../cli/console.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { counted } from "../cli/numbers.ts";
import { showProgress } from "../cli/progress.ts";
import { BatchedOutput, exportLine } from "./entry_text.ts";
import type { KvSession } from "./session.ts";

/**
 * Prints the entries below `prefix` as lines of JSON, one page in memory at a time. Who looks on at a
 * terminal sees how far it is, unless that shows the entries themselves.
 */
export async function exportEntries(session: KvSession, prefix: string): Promise<number> {
  const { client, console, signal } = session;
  const isSeen = console.stderrIsTerminal && !console.stdoutIsTerminal;
  const total = isSeen && prefix === "" ? Number((await client.stats({ signal })).keys) : undefined;
  let count = 0;
  const progress = () => ({
    unit: "entries",
    count,
    share: total === undefined ? undefined : Math.min(1, count / Math.max(1, total)),
  });
  const shown = isSeen ? showProgress(console, progress) : undefined;
  const output = new BatchedOutput(console);
  let isWhole = false;
  let isRead = true;
  try {
    for await (const entry of client.export(prefix, { signal })) {
      output.write(exportLine(entry));
      count++;
    }
    output.flush();
    isWhole = true;
  } catch (error) {
    isRead = !(error instanceof BrokenPipeError);
    throw error;
  } finally {
    shown?.hide();
    if (isSeen || !isWhole) {
      const exported = `Exported ${counted(count, "entry", "entries")}`;
      const what = isWhole ? "" : isRead ? ", and not all of them" : unread;
      console.err(`${exported}${what}\n`);
    }
  }
  return exitCodes.ok;
}

/** What was printed may have waited for the reader, and is gone with it. */
const unread = ": their reader ended, and may have read fewer";
