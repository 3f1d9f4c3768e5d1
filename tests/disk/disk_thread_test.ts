import { silentLogger } from "../../log/mod.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { DiskThread } from "../../kvserver/disk/disk_thread.ts";
import { DataReader } from "../../kvserver/disk/data_reader.ts";
import { DataDirectoryError, DataDirectoryInUseError } from "../../kvserver/disk/data_error.ts";
import { segmentsIn } from "../../kvserver/disk/log_segment.ts";
import { defaultLimits } from "../../limits.ts";
import { assert, assertEquals, assertLess, assertMatch, assertRejects } from "../deps.ts";
import { testUnless } from "../support/needs.ts";
import { until } from "../support/until.ts";
import {
  batchOf,
  dataWriter,
  entry,
  heldIn,
  mergedOf,
  newDataFile,
} from "../support/disk/data_files.ts";
import { openedDisk, writtenTo } from "./disk_threads.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { TinyDisk } from "../support/disk/tiny_disk.ts";

Deno.test("DiskThread keeps what is written, and gives it to the next that opens the directory", async () => {
  using directory = new TempDirectory();
  const path = `${directory.path}/below/new`;
  const first = await openedDisk(path);
  assertEquals(first.held.size, 0);
  // Nobody else may look at what is put.
  if (Deno.build.os !== "windows") assertEquals(Deno.statSync(path).mode! & 0o777, 0o700);
  const batches = [
    batchOf(entry("a", "1"), entry("b", "1")),
    batchOf(entry("b", "2", { sequence: 1 })),
  ];
  await Promise.all(batches.map((batch) => writtenTo(first.disk, batch.slice())));
  first.disk.rememberPeer("127.0.0.1:7000");
  await first.disk.close();
  const second = await openedDisk(path);
  assertEquals(second.held, mergedOf(batches));
  assertEquals(second.disk.peers, ["127.0.0.1:7000"]);
  await second.disk.close();
});

Deno.test("DiskThread.write() calls back in order, when what was written can be read", async () => {
  using directory = new TempDirectory();
  const { disk } = await openedDisk(directory.path);
  const order: number[] = [];
  await Promise.all(Array.from({ length: 50 }, (_, i) =>
    new Promise<void>((resolve) => {
      disk.write([batchOf(entry(`key ${i}`, "value"))], () => {
        if (i % 10 === 0) assert(heldIn(directory.path).has(`key ${i}`));
        order.push(i);
        resolve();
      });
    })));
  assertEquals(order, Array.from({ length: 50 }, (_, i) => i));
  await disk.close();
});

Deno.test("DiskThread.close() writes what was not written yet", async () => {
  using directory = new TempDirectory();
  const { disk } = await openedDisk(directory.path);
  for (let i = 0; i < 50; i++) disk.write([batchOf(entry(`key ${i}`, "value"))], () => {});
  await disk.close();
  assertEquals(heldIn(directory.path).size, 50);
});

Deno.test("DiskThread folds what it has appended when that is much", async () => {
  using directory = new TempDirectory();
  const { disk } = await openedDisk(directory.path);
  const value = "x".repeat(1024 * 1024);
  for (let i = 0; i < 33; i++) {
    await writtenTo(disk, batchOf(entry(`key ${i % 4}`, value, { timestamp: i })));
  }
  await until("only the last value of each key is left", () => {
    const reader = new DataReader(directory.path);
    const bytes = [...reader.chunks()].reduce((sum, { length }) => sum + length, 0);
    reader.close();
    return bytes < 7 * 1024 * 1024;
  });
  await disk.close();
  const held = heldIn(directory.path);
  assertEquals([...held.values()].map(({ timestamp }) => timestamp), [32, 29, 30, 31]);
});

Deno.test("DiskThread folds a very long log between writes, however close they come", async () => {
  using directory = new TempDirectory();
  const { path } = directory;
  newDataFile(path);
  const writer = dataWriter(path);
  const value = "x".repeat(4 * 1024 * 1024);
  for (let i = 0; i < 17; i++) writer.append([batchOf(entry("key", value, { timestamp: i }))]);
  writer.close();
  const disk = await DiskThread.open(path, "cmud", realEnvironment, silentLogger);
  for await (const _ of disk.contents());
  const deadlineMs = performance.now() + 10_000;
  let writes = 0;
  do {
    assertLess(performance.now(), deadlineMs);
    await writtenTo(disk, batchOf(entry("hot", `${writes++}`, { sequence: writes })));
  } while (segmentsIn(path).length > 10);
  await disk.close();
  const held = heldIn(path);
  assertEquals(held.get("hot")?.value, `${writes - 1}`);
  assertEquals(held.get("key")?.timestamp, 16);
});

Deno.test("DiskThread forgets all peers but those that were seen last", async () => {
  using directory = new TempDirectory();
  newDataFile(directory.path);
  const writer = dataWriter(directory.path);
  for (let i = 0; i <= defaultLimits.peersMax; i++) writer.rememberPeer(`127.0.0.1:${i}`, i);
  writer.close();
  await (await openedDisk(directory.path)).disk.close();
  const { disk } = await openedDisk(directory.path);
  assertEquals([disk.peers.length, disk.peers.at(-1)], [defaultLimits.peersMax, "127.0.0.1:1"]);
  await disk.close();
});

testUnless(
  TinyDisk.lacking,
  "DiskThread says why a full disk refuses, and writes all when there is room again",
  async () => {
    using tiny = new TinyDisk(4);
    const { disk } = await openedDisk(`${tiny.path}/data`);
    const told: (string | undefined)[] = [];
    let onTold = () => {};
    disk.onFailing = (reason) => (told.push(reason), onTold());
    await writtenTo(disk, batchOf(entry("before", "1")));
    assertEquals(told, []);

    tiny.fill();
    const failing = new Promise<void>((resolve) => onTold = resolve);
    let isWritten = false;
    const value = "x".repeat(100_000);
    const written = writtenTo(disk, batchOf(entry("meanwhile", value)))
      .then(() => isWritten = true);
    await failing;
    assertEquals(told.length, 1);
    assertMatch(told[0]!, /No space left/);
    const later = writtenTo(disk, batchOf(entry("later", "3")));
    assertEquals(isWritten, false);
    assertEquals([...heldIn(`${tiny.path}/data`).keys()], ["before"]);

    tiny.empty();
    await Promise.all([written, later]);
    assertEquals(told.length, 2);
    assertEquals(told[1], undefined);
    await disk.close();
    assertEquals([...heldIn(`${tiny.path}/data`).keys()].sort(), ["before", "later", "meanwhile"]);
  },
);

testUnless(
  TinyDisk.lacking,
  "DiskThread.close() says how much a full disk refused to the last",
  async () => {
    using tiny = new TinyDisk(4);
    const { disk } = await openedDisk(`${tiny.path}/data`);
    await writtenTo(disk, batchOf(entry("before", "1")));
    tiny.fill();
    const failing = new Promise<unknown>((resolve) => disk.onFailing = resolve);
    disk.write([batchOf(entry("lost", "x".repeat(100_000)))], () => {});
    await failing;
    const { message } = await assertRejects(() => disk.close(), DataDirectoryError);
    assertMatch(message, /: 100\d\d\d bytes could not be written \(No space left/);
    const again = await openedDisk(`${tiny.path}/data`);
    assertEquals([...again.held.keys()], ["before"]);
    await again.disk.close();
  },
);

/** Ways in which a directory goes from under whoever holds it, to `aside` or for good. */
const takenAway: [how: string, take: (path: string, aside: string) => void][] = [
  ["removed", (path) => Deno.removeSync(path, { recursive: true })],
  ["moved away", (path, aside) => Deno.renameSync(path, aside)],
  ["without its lock", (path) => Deno.removeSync(`${path}/lock`)],
];

for (const [how, take] of takenAway) {
  Deno.test(`DiskThread writes nothing to a directory that is ${how}, nor to another's in its place`, async () => {
    using directory = new TempDirectory();
    const path = `${directory.path}/data`;
    const { disk } = await openedDisk(path);
    await writtenTo(disk, batchOf(entry("before", "1")));
    take(path, `${directory.path}/aside`);
    const failing = new Promise<string | undefined>((resolve) => disk.onFailing = resolve);
    disk.write([batchOf(entry("meanwhile", "2"))], () => {});
    assertMatch(
      (await failing)!,
      /^its lock is gone: .*; put it back; else save .* "cmud kv export > FILE" before/,
    );

    const other = await openedDisk(path);
    other.disk.announce(["127.0.0.1:6001"]);
    await writtenTo(other.disk, batchOf(entry("other", "3")));
    const before = heldIn(path);
    assertEquals(before.has("meanwhile"), false);
    disk.announce(["127.0.0.1:7001"]);
    const { message } = await assertRejects(() => disk.close(), DataDirectoryError);
    assertMatch(message, /: \d+ bytes could not be written \(its lock is gone: /);
    assertEquals(heldIn(path), before);
    const inUse = await assertRejects(() => openedDisk(path), DataDirectoryInUseError);
    assertEquals(inUse.owner?.queryAddresses, ["127.0.0.1:6001"]);
    await other.disk.close();
    assertEquals(heldIn(path), before);
  });
}

for (const name of ["cmud.db", "log-1"]) {
  Deno.test(`DiskThread acknowledges nothing while ${name} is away, and says so`, async () => {
    using directory = new TempDirectory();
    const path = `${directory.path}/data`;
    const gone = new RegExp(
      `its ${name} is gone: .*; put it back; else save .* "cmud kv export > FILE"`,
    );
    const { disk } = await openedDisk(path);
    await writtenTo(disk, batchOf(entry("before", "1")));
    Deno.renameSync(`${path}/${name}`, `${path}/away`);
    const failing = new Promise<string | undefined>((resolve) => disk.onFailing = resolve);
    const written = writtenTo(disk, batchOf(entry("meanwhile", "2")));
    assertMatch((await failing)!, gone);
    Deno.renameSync(`${path}/away`, `${path}/${name}`);
    await written;
    assertEquals([...heldIn(path).keys()].sort(), ["before", "meanwhile"]);
    // Another one in its place is not the same, be it the same to the byte.
    Deno.copyFileSync(`${path}/${name}`, `${path}/copy`);
    Deno.renameSync(`${path}/copy`, `${path}/${name}`);
    const { message } = await assertRejects(() => disk.close(), DataDirectoryError);
    assertMatch(message, gone);
  });
}

Deno.test("DiskThread writes what it refused when its directory is back", async () => {
  using directory = new TempDirectory();
  const [path, aside] = [`${directory.path}/data`, `${directory.path}/aside`];
  const { disk } = await openedDisk(path);
  Deno.renameSync(path, aside);
  const failing = new Promise<unknown>((resolve) => disk.onFailing = resolve);
  const written = writtenTo(disk, batchOf(entry("meanwhile", "1")));
  await failing;
  Deno.renameSync(aside, path);
  await written;
  await disk.close();
  assertEquals([...heldIn(path).keys()], ["meanwhile"]);
});

Deno.test("DiskThread.close() says that the directory is gone, also when all was written before", async () => {
  using directory = new TempDirectory();
  const path = `${directory.path}/data`;
  const { disk } = await openedDisk(path);
  await writtenTo(disk, batchOf(entry("before", "1")));
  Deno.removeSync(path, { recursive: true });
  const { message } = await assertRejects(() => disk.close(), DataDirectoryError);
  assertMatch(message, /: its lock is gone: /);
  assertEquals([...Deno.readDirSync(directory.path)], []);
});
