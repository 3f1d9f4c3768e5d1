import { DamagedDirectoryError } from "../../kvserver/disk/data_error.ts";
import { mendDirectory } from "../../kvserver/disk/mend.ts";
import { Salvage } from "../../kvserver/disk/salvage.ts";
import { StoredData } from "../../kvserver/disk/stored_data.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { assertEquals, assertThrows } from "../deps.ts";
import { batchOf, dataWriter, entry, heldIn, newDataFile } from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

const keys = Array.from({ length: 50 }, (_, i) => `key ${100 + i}`);
const damagedKey = keys[20];
const valueOf = (key: string) => `value of ${key}`;

/**
 * Expects that a directory with a row of which one byte has changed is not read, and that the mended one holds
 * nothing of that row, so that a server asks the others for it.
 *
 * @param mendsWhole whether nothing can be had of the tables, so that all rows are searched for
 */
export function expectNoDamagedRow(mendsWhole: boolean): void {
  using directory = new TempDirectory();
  const { path } = directory;
  newDataFile(path);
  const writer = dataWriter(path);
  for (const key of keys) writer.append([batchOf(entry(key, valueOf(key)))]);
  while (!writer.foldOn(Infinity));
  writer.close();
  flip(`${path}/cmud.db`, valueOf(damagedKey));
  assertThrows(() => StoredData.read(path), DamagedDirectoryError);
  if (mendsWhole) flip(`${path}/cmud.db`, "CREATE TABLE entry");
  const salvage = new Salvage(path);
  mendDirectory(path, salvage, realEnvironment);
  const held = [...heldIn(path)].map(([key, { value }]) => [key, value]);
  const sound = keys.filter((key) => key !== damagedKey);
  assertEquals(held.toSorted(), sound.map((key) => [key, valueOf(key)]));
}

/** Changes the first byte of a text wherever it stands in a file. */
function flip(file: string, text: string): void {
  const bytes = Deno.readFileSync(file);
  const wanted = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at++) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) bytes[at] ^= 1;
  }
  Deno.writeFileSync(file, bytes);
}
