import { DatabaseSync } from "node:sqlite";
import { DamagedDirectoryError } from "../../kvserver/disk/data_error.ts";
import { DataReader } from "../../kvserver/disk/data_reader.ts";
import { EntryPages } from "../../kvserver/disk/entry_pages.ts";
import { uidsIn } from "../../kvserver/disk/entry_table_reader.ts";
import { type Manifest, readManifest } from "../../kvserver/disk/manifest.ts";
import { PageFile, UnexpectedPageError } from "../../kvserver/disk/page_file.ts";
import { RowBatches } from "../../kvserver/disk/row_batches.ts";
import { defaultLimits } from "../../limits.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { assert, assertEquals, assertGreater, assertRejects, assertThrows } from "../deps.ts";
import { batchOf, dataWriter, heldIn, mergedOf, newDataFile } from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import type { TextEntry } from "../support/store/stores.ts";
import { openedDisk } from "./disk_threads.ts";

/** Lengths at which SQLite gives a row a page more, and others. */
const lengths = [0, 1, 50, 57, 58, 59, 900, 4_090, 5_095, 9_000, 70_000, 700_000];

function entryAt(i: number, random: Prng): TextEntry {
  const length = lengths[random.below(i % 10 === 0 ? lengths.length : 4)] + random.below(30);
  const value = random.below(8) === 0 ? null : "v".repeat(length);
  const hasExpiry = value !== null && random.below(4) === 0;
  const entry: TextEntry = {
    key: `${i}`.padStart(1 + random.below(i % 100 === 0 ? 4_000 : 40), "k"),
    value,
    timestamp: random.below(4) === 0 ? random.below(3) : 1_700_000_000_000 + i,
    sequence: random.below(3) * random.u32() % 0x100000000,
    uid: `127.0.0.1:6000/00/${2 + random.below(3)}`,
  };
  if (random.below(2) === 0) entry.counter = random.u32() * 0x8000 + 1;
  if (hasExpiry) entry.expiresAt = 1_800_000_000_000 + i;
  if (value !== null && random.below(3) === 0) entry.isBin = true;
  return entry;
}

/** A directory whose file has so many rows, and whose log none. */
function directoryOf(count: number, random: Prng): TempDirectory {
  const directory = new TempDirectory();
  newDataFile(directory.path);
  const writer = dataWriter(directory.path);
  // In several folds, so that pages lie in any order.
  for (let from = 0; from < 4; from++) {
    const entries: TextEntry[] = [];
    for (let i = from; i < count; i += 4) entries.push(entryAt(i, random));
    writer.append([batchOf(...entries)]);
    while (!writer.foldOn(Infinity));
  }
  writer.close();
  return directory;
}

/** What is said of the table of entries. */
interface Table {
  readonly root: number;
  readonly manifest: Manifest;
  readonly uids: ReadonlyMap<number, string>;
}

function tableIn(directory: string): Table {
  const database = new DatabaseSync(`${directory}/cmud.db`, { readOnly: true });
  try {
    const { root } = database.prepare(
      "SELECT rootpage AS root FROM sqlite_schema WHERE name = 'entry'",
    ).get() as { root: number };
    return { root, manifest: readManifest(database), uids: uidsIn(database) };
  } finally {
    database.close();
  }
}

/** The entries that the pages of the file hold. @throws {UnexpectedPageError} */
function pagesOf(
  directory: string,
  { root, manifest, uids }: Table = tableIn(directory),
): Map<string, TextEntry> {
  using file = new PageFile(`${directory}/cmud.db`);
  const batches = new RowBatches(uids, true, defaultLimits.diskChunkBytes);
  return mergedOf(new EntryPages(file, root, manifest, batches).chunks());
}

Deno.test("the pages of a file hold the entries that SQLite finds in it", () => {
  const random = new Prng(1);
  for (const count of [0, 1, 3, 40, 400, 1_500]) {
    using directory = directoryOf(count, random);
    const held = heldIn(directory.path);
    assertEquals(held.size, count);
    assertEquals(pagesOf(directory.path), held);
  }
});

Deno.test("pages of which any byte is changed hold the same entries, or are not as expected", () => {
  const random = new Prng(2);
  using directory = directoryOf(200, random);
  const path = `${directory.path}/cmud.db`;
  const table = tableIn(directory.path);
  const held = pagesOf(directory.path, table);
  const whole = Deno.readFileSync(path);
  let unexpected = 0;
  for (let round = 0; round < 80; round++) {
    const bytes = whole.slice();
    bytes[random.below(bytes.length)] ^= 1 + random.below(255);
    Deno.writeFileSync(path, bytes);
    let found: Map<string, TextEntry> | undefined;
    try {
      found = pagesOf(directory.path, table);
    } catch (error) {
      assert(error instanceof UnexpectedPageError, `${error}`);
      unexpected++;
    }
    if (found !== undefined) assertEquals(found, held);
  }
  assertGreater(unexpected, 8);
});

Deno.test("pages that hold other rows than the manifest says are not as expected", () => {
  using directory = directoryOf(100, new Prng(7));
  const table = tableIn(directory.path);
  const { manifest } = table;
  for (const [entries, checksum] of [[-1, 0], [1, 0], [0, 1]]) {
    const other = {
      ...manifest,
      entries: manifest.entries + entries,
      checksum: manifest.checksum ^ checksum,
    };
    assertThrows(
      () => pagesOf(directory.path, { ...table, manifest: other }),
      UnexpectedPageError,
    );
  }
});

Deno.test("pages of a file that is cut off are not as expected", () => {
  using directory = directoryOf(1_000, new Prng(3));
  const path = `${directory.path}/cmud.db`;
  const table = tableIn(directory.path);
  const { size } = Deno.statSync(path);
  for (const bytes of [1, 4_096, 100_000, size - 50, size]) {
    Deno.truncateSync(path, size - bytes);
    assertThrows(() => pagesOf(directory.path, table), UnexpectedPageError);
  }
});

Deno.test("what stands in SQLite's own log still is read, and not what it replaces", () => {
  using directory = directoryOf(100, new Prng(4));
  const table = tableIn(directory.path);
  const database = new DatabaseSync(`${directory.path}/cmud.db`);
  // Another connection keeps it from being emptied.
  const other = new DatabaseSync(`${directory.path}/cmud.db`, { readOnly: true });
  other.exec("BEGIN; SELECT * FROM manifest");
  database.exec("DELETE FROM entry; UPDATE manifest SET entries = 0, checksum = 0");
  assertGreater(Deno.statSync(`${directory.path}/cmud.db-wal`).size, 0);
  assertEquals(pagesOf(directory.path, table).size, 100);
  const reader = new DataReader(directory.path, defaultLimits, true);
  assertEquals(mergedOf(reader.chunks()).size, 0);
  reader.close();
  other.close();
  database.close();
});

Deno.test("a server reads no file to its end that SQLite finds damaged, though all rows in it are sound", async () => {
  using directory = directoryOf(400, new Prng(5));
  const held = heldIn(directory.path);
  const path = `${directory.path}/cmud.db`;
  const database = new DatabaseSync(path);
  // Free pages, and then a header that says that there are none.
  database.exec(
    "CREATE TABLE lost (bytes); INSERT INTO lost VALUES (zeroblob(9000)); DROP TABLE lost",
  );
  database.close();
  {
    using file = Deno.openSync(path, { write: true });
    file.seekSync(32, Deno.SeekMode.Start);
    file.writeSync(new Uint8Array(8));
  }
  assertEquals(pagesOf(directory.path), held);
  await assertRejects(() => openedDisk(directory.path), DamagedDirectoryError);
});
