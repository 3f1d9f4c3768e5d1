import { DatabaseSync } from "node:sqlite";
import { defaultLimits } from "../../limits.ts";
import { BatchLog } from "../../kvserver/disk/batch_log.ts";
import { DirectoryLock } from "../../kvserver/disk/directory_lock.ts";
import { DataDirectoryError, DataDirectoryInUseError } from "../../kvserver/disk/data_error.ts";
import { readManifest } from "../../kvserver/disk/manifest.ts";
import { repairDirectory } from "../../kvserver/disk/repair.ts";
import { Salvage } from "../../kvserver/disk/salvage.ts";
import { StoredData } from "../../kvserver/disk/stored_data.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import type { Store } from "../../kvserver/store/mod.ts";
import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "../deps.ts";
import { charsOf } from "../../simulate/cluster/chars.ts";
import { orderOf, type TextEntry } from "../support/store/stores.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { batchOf, dataWriter, entry, heldIn, newDataFile } from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

const rows = 600;

/** A directory with rows in its file, short and long ones, and with three logs of 100 keys each. */
function directoryOf(): TempDirectory {
  const directory = new TempDirectory();
  const { path } = directory;
  newDataFile(path);
  let writer = dataWriter(path);
  writer.append([
    batchOf(...Array.from({ length: rows }, (_, i) => {
      const value = i % 100 === 50 ? "long ".repeat(4000) : `value ${i}`;
      const uid = `127.0.0.1:6000/0123456789abcdef/${2 + i % 3}`;
      return entry(`row ${String(i).padStart(3, "0")}`, value, { uid });
    })),
    batchOf(entry("tombstone", null)),
  ]);
  while (!writer.foldOn(Infinity));
  writer.rememberPeer("127.0.0.1:7000", 5);
  writer.rememberPeer("127.0.0.1:8000", 6);
  for (let log = 0; log < 3; log++) {
    for (let i = 0; i < 100; i++) {
      writer.append([batchOf(entry(`log ${log} ${i}`, `value ${i}`.repeat(9)))]);
    }
    writer.close();
    if (log < 2) seal(path);
    writer = dataWriter(path);
  }
  writer.close();
  return directory;
}

/** Begins a new segment. */
function seal(path: string): void {
  const database = new DatabaseSync(`${path}/cmud.db`);
  const log = new BatchLog(path, readManifest(database), defaultLimits);
  log.seal();
  log.close();
  database.close();
}

function entriesIn(store: Store): Map<string, TextEntry> {
  const entries = new Map<string, TextEntry>();
  store.walk(undefined, (n) => {
    const [key, value] = [charsOf(store.keyOf(n)), store.valueOf(n)];
    entries.set(key, { key, value: value && charsOf(value), ...orderOf(store, n) });
    return true;
  });
  return entries;
}

function change(path: string, change: (bytes: Uint8Array) => Uint8Array): void {
  Deno.writeFileSync(path, change(Deno.readFileSync(path)));
}

Deno.test("Salvage of a sound directory gets everything out, and finds nothing wrong", () => {
  using directory = directoryOf();
  const { store, report, peers } = new Salvage(directory.path);
  assertEquals(report.text(), []);
  assertEquals(entriesIn(store), heldIn(directory.path));
  assertEquals(store.size, rows + 300);
  assertEquals(peers, ["127.0.0.1:7000", "127.0.0.1:8000"]);
});

Deno.test("one flipped byte in one of three logs costs one record, and is named by file and byte", () => {
  using directory = directoryOf();
  const held = heldIn(directory.path);
  change(`${directory.path}/log-3`, (bytes) => bytes.fill(bytes[5_000] ^ 1, 5_000, 5_001));
  assertThrows(
    () => heldIn(directory.path),
    DataDirectoryError,
    "it is damaged (log-3: what stands at byte 4",
  );
  const { store, report } = new Salvage(directory.path);
  assertEquals(report.text().length, 1);
  assertMatch(
    report.text()[0],
    /^log-3: bytes 4\d\d\d to 5\d\d\d \(\d+\) hold no record that is whole$/,
  );
  const found = entriesIn(store);
  const lost = [...held.keys()].filter((key) => !found.has(key));
  assertEquals(lost.length, 1);
  assertStringIncludes(lost[0], "log 1 ");
  for (const [key, entry] of found) assertEquals(entry, held.get(key));
});

Deno.test("whatever is damaged or missing, Salvage gives nothing that was not there, and says what is not", () => {
  const prng = new Prng(3);
  using whole = directoryOf();
  const held = heldIn(whole.path);
  const names = ["cmud.db", "log-2", "log-3", "log-4"];
  for (let round = 0; round < 60; round++) {
    using directory = new TempDirectory();
    for (const [name, bytes] of whole.files()) {
      Deno.writeFileSync(`${directory.path}/${name}`, bytes);
    }
    const name = names[prng.below(names.length)];
    const path = `${directory.path}/${name}`;
    const { size } = Deno.statSync(path);
    const at = prng.below(size);
    const how = prng.below(4);
    if (how === 0) change(path, (bytes) => bytes.fill(prng.below(256), at, at + 1 + prng.below(9)));
    else if (how === 1) change(path, (bytes) => bytes.fill(0xff, at, at + 3000));
    else if (how === 2) Deno.truncateSync(path, at);
    else Deno.removeSync(path);
    let isSound = true;
    try {
      assertEquals(StoredData.read(directory.path).store.size, rows + 300);
    } catch (error) {
      if (!(error instanceof DataDirectoryError)) throw error;
      isSound = false;
    }
    const what = `${name}, ${how}, byte ${at}`;
    const { store, report } = new Salvage(directory.path);
    assertEquals(report.isSound, isSound, what);
    const found = entriesIn(store);
    for (const [key, entry] of found) assertEquals(entry, held.get(key), what);
    // What lies in the other files is all there.
    const others = [...held.keys()].filter((key) => fileOf(key) !== name);
    assertEquals(others.filter((key) => !found.has(key)), [], what);
    if (how === 0) assertLess(held.size - found.size, 12, what);
    for (const line of report.text()) assertMatch(line, /^(cmud\.db|log-\d)(?: to log-\d)?: /);
  }
});

function fileOf(key: string): string {
  const [, log] = /^log (\d)/.exec(key) ?? [];
  return log === undefined ? "cmud.db" : `log-${2 + Number(log)}`;
}

/** Ways in which the file is spoilt, and how many of its rows are lost at the most. */
const spoilt: [how: string, spoil: (path: string) => void, lostMax: number][] = [
  ["a row was edited", (path) => edit(path, "UPDATE entry SET value = 'other' WHERE key = ?"), 1],
  [
    "a row's time was edited",
    (path) => edit(path, "UPDATE entry SET timestamp = 1 WHERE key = ?"),
    1,
  ],
  ["a row's actor was edited", (path) => edit(path, "UPDATE entry SET actor = 9 WHERE key = ?"), 1],
  ["a row was deleted", (path) => edit(path, "DELETE FROM entry WHERE key = ?"), 1],
  ["its first page is gone", (path) => change(path, (bytes) => bytes.fill(0, 0, 4096)), 0],
  [
    "a page in its middle is gone",
    (path) => change(path, (bytes) => bytes.fill(0, 16_384, 20_480)),
    200,
  ],
];

for (const [how, spoil, lostMax] of spoilt) {
  Deno.test(`a cmud.db is refused of which ${how}, and nearly all is got out of it`, () => {
    using directory = directoryOf();
    const held = heldIn(directory.path);
    spoil(`${directory.path}/cmud.db`);
    assertThrows(() => StoredData.read(directory.path), DataDirectoryError);
    const { store, report } = new Salvage(directory.path);
    assertEquals(report.isSound, false);
    const found = entriesIn(store);
    for (const [key, entry] of found) assertEquals(entry, held.get(key));
    assert(held.size - found.size <= lostMax, `${held.size - found.size} lost: ${report.text()}`);
    const [line] = report.text();
    if (how.endsWith("edited")) {
      assertMatch(line, /^cmud\.db: the row of the key "row 007": /);
    }
  });
}

function edit(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA foreign_keys = OFF");
  database.prepare(sql.replace("'other'", "CAST('other' AS BLOB)"))
    .run(new TextEncoder().encode("row 007"));
  database.close();
}

Deno.test("an entry that no reader takes costs nobody else anything", () => {
  using directory = new TempDirectory();
  newDataFile(directory.path);
  const writer = dataWriter(directory.path);
  writer.append([
    batchOf(
      ...Array.from({ length: 4 }, (_, i) => entry(`before ${i}`, "1")),
      entry("far", "1", { timestamp: 2 ** 53, sequence: 0 }),
      ...Array.from({ length: 4 }, (_, i) => entry(`after ${i}`, "1")),
    ),
  ]);
  writer.close();
  assertThrows(() => StoredData.read(directory.path), DataDirectoryError, "log-1, at byte ");
  const { store, report } = new Salvage(directory.path);
  assertEquals(store.size, 8);
  assertMatch(report.text()[0], /^log-1: in the record before byte \d+: an entry has an order/);
});

Deno.test("repairDirectory() writes what is sound into a new directory, and leaves the old one", () => {
  using directory = directoryOf();
  using above = new TempDirectory();
  change(`${directory.path}/log-3`, (bytes) => bytes.fill(7, 5_000, 5_100));
  Deno.removeSync(`${directory.path}/log-2`);
  const before = directory.files();
  for (const to of [`${above.path}/new`, `${above.path}/empty`]) {
    if (to.endsWith("empty")) Deno.mkdirSync(to);
    const { store, report } = repairDirectory(directory.path, to, realEnvironment);
    assertEquals(report.faults.get("log-2"), 1);
    const { store: written } = StoredData.read(to);
    assertEquals(entriesIn(written), entriesIn(store));
    assertEquals([written.tombstones, written.size > rows + 190], [1, true]);
    assertEquals(new Salvage(to).peers, ["127.0.0.1:7000", "127.0.0.1:8000"]);
    if (Deno.build.os !== "windows") assertEquals(Deno.statSync(to).mode! & 0o777, 0o700);
    const again = dataWriter(to);
    again.append([batchOf(entry("more", "1"))]);
    again.close();
    assertEquals(heldIn(to).size, written.size + 2);
  }
  const { "cmud.db-wal": _, ...rest } = Object.fromEntries(directory.files());
  for (const [name, bytes] of before) assertEquals(rest[name], bytes, name);
  assertEquals(Array.from(Deno.readDirSync(above.path), ({ name }) => name).sort(), [
    "empty",
    "new",
  ]);
});

Deno.test("repairDirectory() refuses what is in the way, what is in use, and what is none", () => {
  using directory = directoryOf();
  using above = new TempDirectory();
  using empty = new TempDirectory();
  const to = `${above.path}/new`;
  const refuse = (from: string, to: string, found: string) =>
    assertThrows(() => repairDirectory(from, to, realEnvironment), DataDirectoryError, found);
  refuse(directory.path, directory.path, "it is not empty; allowed is a new one, or an empty one");
  Deno.writeTextFileSync(`${above.path}/file`, "");
  refuse(directory.path, `${above.path}/file`, "it is not empty");
  refuse(directory.path, `${above.path}/none/new`, "it cannot be written");
  refuse(directory.path, `${directory.path}/new`, "it is in");
  refuse(empty.path, to, "there is no cmud.db in it, and no log");
  refuse(`${above.path}/none`, to, "there is no such directory");
  const lock = new DirectoryLock(directory.path);
  assertThrows(() => repairDirectory(directory.path, to, realEnvironment), DataDirectoryInUseError);
  lock.release();
  assertEquals(Array.from(Deno.readDirSync(above.path), ({ name }) => name), ["file"]);
});

Deno.test("a report of much damage is bounded, and counts the rest", () => {
  using directory = directoryOf();
  const database = new DatabaseSync(`${directory.path}/cmud.db`);
  database.exec("UPDATE entry SET sequence = sequence + 1");
  database.close();
  const lines = new Salvage(directory.path).report.text();
  assertLess(lines.length, 30);
  assertMatch(lines.at(-1)!, /^cmud\.db: and \d+ more$/);
});
