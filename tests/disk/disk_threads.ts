import { DiskThread } from "../../kvserver/disk/disk_thread.ts";
import { type Logger, silentLogger } from "../../log/mod.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import type { TextEntry } from "../support/store/stores.ts";
import { mergedOf } from "../support/disk/data_files.ts";

/** A data directory that has been read to its end, and what it held. */
export async function openedDisk(
  directory: string,
  log: Logger = silentLogger,
): Promise<{ disk: DiskThread; held: Map<string, TextEntry> }> {
  const disk = await DiskThread.open(directory, "cmud", realEnvironment, log);
  try {
    const parts: Uint8Array[] = [];
    for await (const { kind, bytes } of disk.contents()) if (kind === "entries") parts.push(bytes);
    return { disk, held: mergedOf(parts) };
  } catch (error) {
    await disk.close();
    throw error;
  }
}

/** Resolves when a batch is written. */
export function writtenTo(disk: DiskThread, batch: Uint8Array<ArrayBuffer>): Promise<void> {
  return new Promise((resolve) => disk.write([batch], resolve));
}
