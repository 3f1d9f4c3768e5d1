import { DatabaseSync } from "node:sqlite";
import { readLogBatch } from "../../../kvserver/disk/log_batch.ts";
import { checkDataFile, createDataFile, hasDataFile } from "../../../kvserver/disk/data_file.ts";
import { DataReader } from "../../../kvserver/disk/data_reader.ts";
import { DataWriter } from "../../../kvserver/disk/data_writer.ts";
import { readLogEnd, writeLogEnd } from "../../../kvserver/disk/log_end.ts";
import { segmentPath } from "../../../kvserver/disk/log_segment.ts";
import { endMark, endMarkAt } from "../../../kvserver/disk/segment_header.ts";
import { defaultLimits, type Limits } from "../../../limits.ts";
import { isLater } from "../../../kvserver/entry/order.ts";
import { realEnvironment } from "../../../rpc/mod.ts";
import { entriesOf, messageOf, type TextEntry } from "../store/stores.ts";

/** An entry, with whatever does not matter left out. */
export function entry(
  key: string,
  value: string | null,
  { timestamp = 1_700_000_000_000, sequence = 0, uid = "127.0.0.1:6000/00/2" } = {},
): TextEntry {
  return { key, value, timestamp, sequence, uid };
}

/** Entries as they are written, in memory that may be given away. */
export function batchOf(...entries: TextEntry[]): Uint8Array<ArrayBuffer> {
  return messageOf(entries).slice();
}

/** Makes an empty data file. */
export function newDataFile(directory: string): void {
  if (!hasDataFile(directory)) createDataFile(directory, realEnvironment);
  checkDataFile(directory, "write");
}

/** Writes a directory that nobody else will touch. */
export function dataWriter(directory: string, limits: Limits = defaultLimits): DataWriter {
  return new DataWriter(directory, { expectHeld() {} }, realEnvironment, limits);
}

/**
 * Has a segment end as a crash leaves it: open, cut off by so many bytes, and its end not noted, because
 * that happens in an orderly stop.
 */
export function crashed(directory: string, segment: number, cutBytes = 0): void {
  using file = Deno.openSync(segmentPath(directory, segment), { read: true, write: true });
  file.truncateSync(file.statSync().size - cutBytes);
  file.seekSync(endMarkAt, Deno.SeekMode.Start);
  file.writeSync(endMark("open", 0));
  const database = new DatabaseSync(`${directory}/cmud.db`);
  if (readLogEnd(database)?.segment === segment) writeLogEnd(database, { segment, endsAt: 0 });
  database.close();
}

/** What the file in a directory holds, merged. */
export function heldIn(directory: string): Map<string, TextEntry> {
  const reader = new DataReader(directory);
  try {
    return mergedOf(reader.chunks());
  } finally {
    reader.close();
  }
}

/** What is held by whoever received these batches. */
export function mergedOf(batches: Iterable<Uint8Array>): Map<string, TextEntry> {
  const held = new Map<string, TextEntry>();
  for (const batch of batches) {
    const { kind, bytes } = readLogBatch(batch);
    if (kind !== "entries") continue;
    for (const entry of entriesOf(bytes)) {
      if (isLater(entry, held.get(entry.key))) held.set(entry.key, entry);
    }
  }
  return held;
}
