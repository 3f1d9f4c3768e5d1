import { DataReader } from "../../kvserver/disk/data_reader.ts";
import { assertEquals, assertLess } from "../deps.ts";
import { batchOf, dataWriter, entry, mergedOf, newDataFile } from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

Deno.test("DataReader reads many entries, and long values", () => {
  using directory = new TempDirectory();
  newDataFile(directory.path);
  const writer = dataWriter(directory.path);
  const entries = Array.from({ length: 150_000 }, (_, i) => entry(`key ${i}`, "value"));
  const long = "x".repeat(3_000_000);
  for (let i = 0; i < 5; i++) entries.push(entry(`long ${i}`, long));
  for (let i = 0; i < entries.length; i += 10_000) {
    writer.append([batchOf(...entries.slice(i, i + 10_000))]);
  }
  while (!writer.foldOn(100));
  writer.close();
  const reader = new DataReader(directory.path);
  let keys = 0;
  for (const chunk of reader.chunks()) {
    assertLess(chunk.length, 4_000_000);
    keys += mergedOf([chunk]).size;
  }
  reader.close();
  assertEquals(keys, entries.length);
});
