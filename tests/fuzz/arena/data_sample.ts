import { batchOf, dataWriter, entry, newDataFile } from "../../support/disk/data_files.ts";
import type { DataSample } from "./action.ts";

const batchCount = 20;
const batchEntries = 10;

/**
 * Makes a data directory as an orderly stop leaves it: entries in its file, and later ones in some files
 * of its log, of other keys and of the same ones.
 */
export function writeSample(path: string): DataSample {
  const entries = new Map<string, string>();
  const everWritten = new Set<string>();
  newDataFile(path);
  for (let part = 0; part < 4; part++) {
    const writer = dataWriter(path);
    for (let batch = 0; batch < batchCount; batch++) {
      const written = Array.from({ length: batchEntries }, (_, i) => {
        const key = `key ${part * 20 + batch * batchEntries + i}`;
        const value = `${part}.${batch}.${"x".repeat((batch * i) % 200)}`;
        entries.set(key, value);
        everWritten.add(`${key}\t${value}`);
        return entry(key, value, { timestamp: 1_700_000_000_000 + part, sequence: batch });
      });
      writer.append([batchOf(...written)]);
    }
    if (part === 0) { while (!writer.foldOn(5)); }
    writer.close();
  }
  return { path, entries, everWritten };
}
