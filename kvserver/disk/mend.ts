import { exists } from "./exists.ts";
import { reasonOf } from "../../log/mod.ts";
import type { Clock, Random } from "../../rpc/mod.ts";
import { removeDataFile, writeDataFile } from "./data_file.ts";
import { dataFileName } from "./data_format.ts";
import { DataDirectoryError } from "./data_error.ts";
import { EntryTableWriter } from "./entry_table_writer.ts";
import { writeForgotten } from "./forgotten_servers.ts";
import { segmentsIn } from "./log_segment.ts";
import type { Salvage } from "./salvage.ts";
import { syncDirectory } from "./sync_directory.ts";

/** A file of this name is complete, and takes the place of the damaged one. */
const mendedName = `${dataFileName}.mended`;

/**
 * Makes a damaged directory, whose lock is held, a sound one that holds what was sound in it. What was damaged
 * is gone then: other servers have it.
 *
 * The new file is complete before anything of the old one is touched, so whatever interrupts it, the directory
 * is the damaged one still, or `finishMending` finishes it.
 *
 * @param salvage of this directory
 * @throws {DataDirectoryError} when it cannot be written.
 */
export function mendDirectory(
  directory: string,
  { store, peers, forgotten }: Salvage,
  environment: Clock & Random,
): void {
  try {
    // Segments before the first one of a log are folded: they are removed when the log is opened.
    const firstSegment = (segmentsIn(directory).at(-1) ?? 0) + 1;
    writeDataFile(directory, mendedName, environment, firstSegment, (database) => {
      const table = new EntryTableWriter(database);
      table.within(() =>
        store.walk(undefined, (n) => {
          table.put(store, n);
          return true;
        })
      );
      const rememberPeer = database.prepare("INSERT OR REPLACE INTO peer VALUES (?, ?)");
      // The last one was seen last.
      for (const [i, address] of peers.entries()) rememberPeer.run(address, i);
      for (const server of forgotten) writeForgotten(database, server, environment.now());
    });
    finishMending(directory);
  } catch (cause) {
    if (cause instanceof DataDirectoryError) throw cause;
    const why = reasonOf(cause);
    throw new DataDirectoryError(directory, `it cannot be written (${why})`, { cause });
  }
}

/** Puts a mended file in its place, if there is one. The directory's lock must be held. */
export function finishMending(directory: string): void {
  if (!exists(`${directory}/${mendedName}`)) return;
  removeDataFile(directory);
  // Its name is on the medium before the new file has it: what SQLite kept beside belongs to the old one.
  syncDirectory(directory);
  Deno.renameSync(`${directory}/${mendedName}`, `${directory}/${dataFileName}`);
  syncDirectory(directory);
}
