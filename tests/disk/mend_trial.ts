import { DatabaseSync } from "node:sqlite";
import { DamagedDirectoryError } from "../../kvserver/disk/data_error.ts";
import { DiskService } from "../../kvserver/disk/disk_service.ts";
import { mendDirectory } from "../../kvserver/disk/mend.ts";
import { Salvage } from "../../kvserver/disk/salvage.ts";
import { StoredData } from "../../kvserver/disk/stored_data.ts";
import { defaultLimits } from "../../limits.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { assert, assertEquals, assertGreater } from "../deps.ts";
import {
  batchOf,
  crashed,
  dataWriter,
  entry,
  heldIn,
  newDataFile,
} from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { Prng } from "../../simulate/world/prng.ts";
import type { TextEntry } from "../support/store/stores.ts";
import { openedDisk } from "./disk_threads.ts";

/** A directory with rows in its file, and entries in its log. */
function newDirectory(): { directory: TempDirectory; held: Map<string, TextEntry> } {
  const directory = new TempDirectory();
  newDataFile(directory.path);
  const writer = dataWriter(directory.path);
  for (let i = 0; i < 300; i++) {
    const value = i % 50 === 7 ? null : `value ${i}`.repeat(1 + i % 20);
    writer.append([batchOf(entry(`key ${1_000 + i}`, value, { uid: `a:1/00/${2 + i % 3}` }))]);
    if (i === 200) { while (!writer.foldOn(Infinity)); }
  }
  writer.rememberPeer("127.0.0.1:7000", 5);
  writer.nameCluster("cmud");
  writer.close();
  return { directory, held: heldIn(directory.path) };
}

/** Overwrites a byte, or cuts a file off. @returns whether it has overwritten one. */
function spoil(directory: TempDirectory, random: Prng): boolean {
  const files = [...directory.files()].filter(([name]) => /^cmud\.db$|^log-/.test(name));
  const [name, bytes] = files[random.below(files.length)];
  // What a file begins with says whose it is.
  const place = 100 + random.below(Math.max(1, bytes.length - 100));
  if (random.below(10) === 0) {
    Deno.truncateSync(`${directory.path}/${name}`, place);
    return false;
  }
  bytes[place] ^= 1 + random.below(255);
  Deno.writeFileSync(`${directory.path}/${name}`, bytes);
  return true;
}

/** SQLite's header, and where the format stands in it: another one may be that of a later version. */
const headerBytes = 100;
const formatBytes = [60, 61, 62, 63];

function mend(path: string): Salvage {
  const salvage = new Salvage(path);
  mendDirectory(path, salvage, realEnvironment);
  return salvage;
}

Deno.test("a directory that was damaged anywhere is sound once it is mended, and holds nothing else", async () => {
  const { directory, held } = newDirectory();
  using _ = directory;
  const original = directory.files();
  const random = new Prng(1);
  let damaged = 0;
  for (let round = 0; round < 40; round++) {
    for (const { name } of [...Deno.readDirSync(directory.path)]) {
      Deno.removeSync(`${directory.path}/${name}`);
    }
    for (const [name, bytes] of original) Deno.writeFileSync(`${directory.path}/${name}`, bytes);
    const isByte = spoil(directory, random);
    try {
      StoredData.read(directory.path);
    } catch (error) {
      assert(error instanceof DamagedDirectoryError, `${error}`);
      damaged++;
    }
    const { report } = mend(directory.path);
    StoredData.read(directory.path);
    const mended = heldIn(directory.path);
    for (const [key, found] of mended) assertEquals(found, held.get(key), key);
    assert(mended.size === held.size || report.count > 0);
    if (isByte) assertGreater(mended.size, 0.9 * held.size);
    // It can be written.
    const writer = dataWriter(directory.path);
    writer.append([batchOf(entry("new", "value"))]);
    while (!writer.foldOn(Infinity));
    writer.close();
    assertEquals(heldIn(directory.path).size, mended.size + 1);
  }
  assertGreater(damaged, 15);
  const { disk } = await openedDisk(directory.path);
  await disk.close();
  assertEquals(disk.peers, ["127.0.0.1:7000"]);
});

Deno.test("a directory is mended whatever byte of the file's beginning is damaged, but for that of the format", () => {
  const { directory, held } = newDirectory();
  using _ = directory;
  const { path } = directory;
  const original = directory.files();
  let refused = 0;
  for (let place = 0; place < headerBytes; place++) {
    if (formatBytes.includes(place)) continue;
    for (const { name } of [...Deno.readDirSync(path)]) Deno.removeSync(`${path}/${name}`);
    for (const [name, bytes] of original) Deno.writeFileSync(`${path}/${name}`, bytes);
    const bytes = Deno.readFileSync(`${path}/cmud.db`);
    bytes[place] ^= 0x81;
    Deno.writeFileSync(`${path}/cmud.db`, bytes);
    const service = new DiskService(realEnvironment, () => {});
    const read = () => {
      while (service.handle({ type: "read" }) !== undefined);
      service.handle({ type: "beginWriting" });
    };
    service.handle({ type: "open", directory: path, cluster: "cmud", limits: defaultLimits });
    try {
      read();
    } catch (error) {
      assert(error instanceof DamagedDirectoryError, `byte ${place}: ${error}`);
      refused++;
      service.handle({ type: "mend" });
      read();
    }
    service.handle({ type: "close", batches: [] });
    assertEquals(heldIn(path).size, held.size, `byte ${place}`);
  }
  assertGreater(refused, 20);
});

Deno.test("a directory is mended, or the damaged one still, whatever interrupts that", async () => {
  const { directory, held } = newDirectory();
  using _ = directory;
  const { path } = directory;
  await (await openedDisk(path)).disk.close();
  const sound = directory.files();
  const before = directory.files();
  before.get("cmud.db")![5_000] ^= 0xff;
  mend(path);
  const after = directory.files();
  const restore = (files: Iterable<[string, Uint8Array]>) => {
    for (const { name } of [...Deno.readDirSync(path)]) Deno.removeSync(`${path}/${name}`);
    for (const [name, bytes] of files) Deno.writeFileSync(`${path}/${name}`, bytes);
  };
  const newLog = [...after.keys()].filter((name) => name.startsWith("log-")).at(-1)!;
  const mended: [string, Uint8Array] = ["cmud.db.mended", after.get("cmud.db")!];
  const log: [string, Uint8Array] = [newLog, after.get(newLog)!];
  restore(sound);
  const beside: [string, Uint8Array] = ["cmud.db-wal", unfinishedTransactions(path)];
  const without = new Map(before);
  without.delete("cmud.db");
  for (
    const files of [
      [...before, mended, log],
      [...before, beside, mended, log],
      [...without, beside, mended, log],
      [...without, mended, log],
    ]
  ) {
    restore(files);
    const { disk } = await openedDisk(path);
    await disk.close();
    StoredData.read(path);
    assertEquals(heldIn(path), held);
  }
  // A file that is not complete is none.
  restore([...sound, ["cmud.db.new", after.get("cmud.db")!.subarray(0, 9_000)]]);
  const { disk } = await openedDisk(path);
  await disk.close();
  assertEquals(heldIn(path), held);
});

/** What SQLite keeps beside a file of what was written last. */
function unfinishedTransactions(path: string): Uint8Array {
  const database = new DatabaseSync(`${path}/cmud.db`);
  try {
    database.exec("UPDATE entry SET sequence = sequence + 1");
    return Deno.readFileSync(`${path}/cmud.db-wal`);
  } finally {
    database.close();
  }
}

Deno.test("mending keeps what a log holds whose last record is cut off", () => {
  const { directory, held } = newDirectory();
  using _ = directory;
  const { path } = directory;
  const last = Math.max(
    ...[...directory.files().keys()].flatMap((name) => Number(/^log-(\d+)$/.exec(name)?.[1] ?? 0)),
  );
  crashed(path, last, 5);
  const bytes = Deno.readFileSync(`${path}/cmud.db`);
  bytes[9_000] ^= 0xff;
  Deno.writeFileSync(`${path}/cmud.db`, bytes);
  mend(path);
  const mended = heldIn(path);
  assert(!mended.has("key 1299"));
  assert(mended.has("key 1298"));
  assertGreater(mended.size, held.size / 2);
});
