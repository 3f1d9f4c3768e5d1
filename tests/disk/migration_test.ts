import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { BatchLog } from "../../kvserver/disk/batch_log.ts";
import { DataDirectoryError } from "../../kvserver/disk/data_error.ts";
import { DataReader } from "../../kvserver/disk/data_reader.ts";
import { migrate } from "../../kvserver/disk/migration.ts";
import { StoredData } from "../../kvserver/disk/stored_data.ts";
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "../deps.ts";
import { testUnless } from "../support/needs.ts";
import { batchOf, dataWriter, entry, heldIn, mergedOf } from "./data_files.ts";
import { openedDisk, writtenTo } from "./disk_threads.ts";
import { TempDirectory } from "./temp_directory.ts";
import { TinyDisk } from "./tiny_disk.ts";

// Directories as the first format had them: what was appended stood in a table of the file.

const value = "x".repeat(1_000_000);

/** What stands in the table of entries. */
const folded = [entry("a", "old"), entry("b", "folded"), entry("gone", null)];

/** What stands in that of batches: more than goes into one record. */
const batches = [
  batchOf(entry("a", "new", { sequence: 1 }), entry("b", "older", { timestamp: 1 })),
  ...Array.from({ length: 5 }, (_, i) => batchOf(entry(`key ${i}`, value))),
  batchOf(entry("gone", "back", { sequence: 2 })),
];

const all = mergedOf([batchOf(...folded), ...batches]);

/** Makes a file as the first format was, with entries, batches and a peer. */
function makeFormat1(directory: string): void {
  const database = new DatabaseSync(`${directory}/cmud.db`);
  database.exec(`
    PRAGMA application_id = ${0x434d5544};
    PRAGMA user_version = 1;
    CREATE TABLE entry (
      key       BLOB PRIMARY KEY,
      value     BLOB,
      timestamp INTEGER NOT NULL,
      sequence  INTEGER NOT NULL,
      actor     INTEGER NOT NULL REFERENCES actor
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE actor (number INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE batch (number INTEGER PRIMARY KEY, entries BLOB NOT NULL) STRICT;
    CREATE TABLE peer (address TEXT PRIMARY KEY, lastSeenMs INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO peer VALUES ('127.0.0.1:7000', 1700000000000);
    PRAGMA journal_mode = WAL;
  `);
  database.prepare("INSERT INTO actor VALUES (1, ?)").run(folded[0].uid);
  const insertEntry = database.prepare("INSERT INTO entry VALUES (?, ?, ?, ?, 1)");
  const encoder = new TextEncoder();
  for (const { key, value, timestamp, sequence } of folded) {
    const bytes = value === null ? null : encoder.encode(value);
    insertEntry.run(encoder.encode(key), bytes, timestamp, sequence);
  }
  const insertBatch = database.prepare("INSERT INTO batch (entries) VALUES (?)");
  for (const batch of batches) insertBatch.run(batch);
  database.close();
}

Deno.test("a server that opens a directory of format 1 keeps what it held, in format 2", async () => {
  using directory = new TempDirectory();
  makeFormat1(directory.path);
  const first = await openedDisk(directory.path);
  assertEquals(first.held, all);
  assertEquals(first.disk.peers, ["127.0.0.1:7000"]);
  await writtenTo(first.disk, batchOf(entry("late", "1")));
  await first.disk.close();
  expectFormat2(directory.path);
  const second = await openedDisk(directory.path);
  assertEquals(second.held, new Map([...all, ["late", entry("late", "1")]]));
  assertEquals(second.disk.peers, ["127.0.0.1:7000"]);
  await second.disk.close();
});

Deno.test("what a directory of format 1 held is folded like everything else", () => {
  using directory = new TempDirectory();
  makeFormat1(directory.path);
  const writer = dataWriter(directory.path);
  assert(writer.logSegments > 1);
  while (!writer.foldOn(5));
  assertEquals(writer.logBytes, 0);
  assertEquals(heldIn(directory.path), all);
  writer.close();
});

Deno.test("a directory of format 1 is checked and exported, and stays as it is", () => {
  using directory = new TempDirectory();
  makeFormat1(directory.path);
  const before = hashOf(directory.path);
  assertEquals(StoredData.read(directory.path).store.size, all.size);
  assertEquals(heldIn(directory.path), all);
  assertEquals(hashOf(directory.path), before);
});

Deno.test("a migration that is killed at any point loses nothing, and is done again", () => {
  using directory = new TempDirectory();
  makeFormat1(directory.path);
  for (let appends = 0, isDone = false; !isDone; appends++) {
    const database = new DatabaseSync(`${directory.path}/cmud.db`);
    const log = new DyingLog(directory.path, appends);
    try {
      migrate(database, log);
      isDone = true;
    } catch (error) {
      assertEquals((error as Error).message, "killed");
    }
    log.close();
    database.close();
    assertEquals(heldIn(directory.path), all);
    // The record under way at a kill may be there in part.
    if (!isDone) tearLastRecord(directory.path);
    assertEquals(heldIn(directory.path), all);
    assert(isDone || appends < 10);
  }
  expectFormat2(directory.path);
});

Deno.test("a reader that began before the migration misses nothing", () => {
  using directory = new TempDirectory();
  makeFormat1(directory.path);
  const reader = new DataReader(directory.path);
  const chunks = reader.chunks();
  const first = chunks.next().value as Uint8Array;
  dataWriter(directory.path).close();
  assertEquals(mergedOf([first, ...chunks]), all);
  reader.close();
});

Deno.test("a damaged directory of format 1 is refused, and stays as it is", async () => {
  using directory = new TempDirectory();
  makeFormat1(directory.path);
  const database = new DatabaseSync(`${directory.path}/cmud.db`);
  database.exec("UPDATE batch SET entries = x'910101' WHERE number = 3");
  database.close();
  const before = hashOf(directory.path);
  await assertRejects(() => openedDisk(directory.path), DataDirectoryError, "it is damaged");
  assertEquals(hashOf(directory.path), before);
});

testUnless(
  TinyDisk.lacking,
  "a full disk refuses to be brought to format 2, which is done when there is room",
  () => {
    using tiny = new TinyDisk(24);
    makeFormat1(tiny.path);
    // Room for a part of the log.
    Deno.writeFileSync(`${tiny.path}/filler`, new Uint8Array(15 * 1024 * 1024));
    const error = assertThrows(() => dataWriter(tiny.path), DataDirectoryError);
    assertMatch(error.message, /cannot be brought to the format of this cmud \(.*No space left/);
    tiny.empty();
    assertEquals(heldIn(tiny.path), all);
    dataWriter(tiny.path).close();
    assertEquals(heldIn(tiny.path), all);
    expectFormat2(tiny.path);
  },
);

/** A log whose process is killed at one of its appends. */
class DyingLog extends BatchLog {
  #left: number;

  constructor(directory: string, appends: number) {
    super(directory);
    this.#left = appends;
  }

  override append(batches: readonly Uint8Array[]): void {
    if (this.#left-- === 0) throw new Error("killed");
    super.append(batches);
  }
}

function hashOf(directory: string): string {
  return createHash("sha256").update(Deno.readFileSync(`${directory}/cmud.db`)).digest("hex");
}

function tearLastRecord(directory: string): void {
  const segments = [...Deno.readDirSync(directory)].filter(({ name }) => name.startsWith("log-"));
  const last = Math.max(0, ...segments.map(({ name }) => Number(name.slice(4))));
  if (last === 0) return;
  const path = `${directory}/log-${last}`;
  Deno.truncateSync(path, Deno.statSync(path).size - 1);
}

/** As whoever reads the first bytes sees it, an older cmud for one, and by its tables. */
function expectFormat2(directory: string): void {
  const bytes = Deno.readFileSync(`${directory}/cmud.db`);
  assertEquals(new DataView(bytes.buffer).getUint32(60), 2);
  const database = new DatabaseSync(`${directory}/cmud.db`, { readOnly: true });
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  database.close();
  assertEquals(tables.map(({ name }) => name).sort(), ["actor", "entry", "peer"]);
}
