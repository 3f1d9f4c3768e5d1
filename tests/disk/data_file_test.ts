import { timestampMax } from "../../kvserver/entry/order.ts";
import { withLimits } from "../../limits.ts";
import { DataReader } from "../../kvserver/disk/data_reader.ts";
import { segmentsIn } from "../../kvserver/disk/log_segment.ts";
import { StoredData } from "../../kvserver/disk/stored_data.ts";
import { assert, assertEquals, assertLess, assertThrows, fc } from "../deps.ts";
import { testUnless } from "../support/needs.ts";
import {
  batchOf,
  crashed,
  dataWriter,
  entry,
  heldIn,
  mergedOf,
  newDataFile,
} from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { TinyDisk } from "../support/disk/tiny_disk.ts";

/** Values of all kinds: none, empty, short, and longer than a page. */
const values = [null, "", "v", "x".repeat(70_000)];

const anyEntry = fc.record({
  // Few different keys and orders, so that equal ones meet often.
  key: fc.constantFrom("", "a", "b", "\0", "\xff\xfe", "a".repeat(4096), "__proto__"),
  timestamp: fc.constantFrom(0, 1, 1_700_000_000_000, timestampMax),
  sequence: fc.constantFrom(0, 1, 0xffffffff),
  uid: fc.constantFrom("h:9/00/1", "h:9/00/2", "h:9/00/12", "h:10/00/1"),
}).map(({ key, ...order }) => {
  // Entries of one order are one Put: they have one value.
  const kind = (order.timestamp + order.sequence + Number(order.uid.at(-1))) % values.length;
  return entry(key, values[kind], order);
});

const anyStep = fc.oneof(
  { weight: 3, arbitrary: fc.record({ append: fc.array(fc.array(anyEntry), { maxLength: 3 }) }) },
  { weight: 3, arbitrary: fc.constant("fold") },
  { weight: 1, arbitrary: fc.constant("reopen") },
);

Deno.test("a data file holds what was merged into it, however it was appended and folded", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 12 }), (steps) => {
      using directory = new TempDirectory();
      newDataFile(directory.path);
      let writer = dataWriter(directory.path);
      const appended: Uint8Array[] = [];
      for (const step of steps) {
        if (step === "fold") writer.foldOn(0);
        else if (step === "reopen") {
          // In the midst of a fold, perhaps.
          writer.close();
          writer = dataWriter(directory.path);
        } else {
          const batches = step.append.map((entries) => batchOf(...entries));
          writer.append(batches);
          appended.push(...batches);
        }
        assertEquals(heldIn(directory.path), mergedOf(appended));
      }
      // The fold that is under way, and another one for what was appended since it began.
      while (!writer.foldOn(0));
      while (!writer.foldOn(0));
      assertEquals([writer.logBytes, writer.logSegments], [0, 1]);
      assertEquals(heldIn(directory.path), mergedOf(appended));
      writer.close();
    }),
    { numRuns: 20 },
  );
});

Deno.test("a fold goes in steps, and what is appended meanwhile belongs to the next", () => {
  using directory = new TempDirectory();
  newDataFile(directory.path);
  const writer = dataWriter(directory.path);
  const old = Array.from({ length: 100 }, (_, i) => entry(`key ${i}`, "old"));
  writer.append(old.map((entry) => batchOf(entry)));
  let steps = 1;
  const late: Uint8Array[] = [];
  while (!writer.foldOn(0)) {
    late.push(batchOf(entry(`key ${steps % 100}`, "new", { timestamp: 1_700_000_000_001 })));
    writer.append(late.slice(-1));
    steps++;
  }
  assert(steps > 20, `${steps} steps`);
  assertLess(0, writer.logBytes);
  const held = heldIn(directory.path);
  assertEquals(held, mergedOf([batchOf(...old), ...late]));
  assertEquals(held.size, 100);
  writer.close();
});

Deno.test("a reader misses nothing of what was there when it began, whatever is folded meanwhile", () => {
  using directory = new TempDirectory();
  newDataFile(directory.path);
  const writer = dataWriter(directory.path);
  writer.append([batchOf(entry("a", "1"))]);
  while (!writer.foldOn(0));
  writer.append([batchOf(entry("b", "1")), batchOf(entry("c", "1"))]);
  const reader = new DataReader(directory.path);
  const chunks = reader.chunks();
  const first = chunks.next().value as Uint8Array;
  writer.append([batchOf(entry("d", "1"))]);
  while (!writer.foldOn(0));
  const held = mergedOf([first, ...chunks]);
  for (const key of ["a", "b", "c"]) assert(held.has(key), key);
  reader.close();
  assertEquals(heldIn(directory.path).size, 4);
  writer.close();
});

Deno.test("a log that a crash cut off is gone on with, however often that happens", () => {
  using directory = new TempDirectory();
  newDataFile(directory.path);
  for (let i = 0; i < 5; i++) {
    const writer = dataWriter(directory.path);
    writer.append([batchOf(entry(`key ${i}`, "value"))]);
    writer.append([batchOf(entry(`lost ${i}`, "value"))]);
    writer.close();
    crashed(directory.path, segmentsIn(directory.path).at(-1)!, 1);
  }
  assertEquals(
    [...heldIn(directory.path).keys()].sort(),
    Array.from({ length: 5 }, (_, i) => `key ${i}`),
  );
});

testUnless(
  TinyDisk.lacking,
  "a fold that a full disk refuses is gone on with when there is room",
  () => {
    using tiny = new TinyDisk(32);
    newDataFile(tiny.path);
    const writer = dataWriter(tiny.path);
    const batches = Array.from(
      { length: 2000 },
      (_, i) => batchOf(entry(`key ${i}`, "x".repeat(1000), { uid: `127.0.0.1:6000/00/${i % 9}` })),
    );
    writer.append(batches);
    writer.foldOn(0);
    tiny.fill();
    assertThrows(() => {
      while (!writer.foldOn(5));
    });
    assertEquals(writer.logSegments, 2);
    tiny.empty();
    while (!writer.foldOn(5));
    assertEquals(writer.logSegments, 1);
    assertEquals(heldIn(tiny.path), mergedOf(batches));
    writer.close();
  },
);

Deno.test("making a data file is begun anew, wherever it was interrupted", () => {
  using whole = new TempDirectory();
  newDataFile(whole.path);
  const files = whole.files();
  const log = files.get("log-1")!;
  const unfinished: [string, Uint8Array][] = [["cmud.db.new", files.get("cmud.db")!]];
  const rests: [string, Uint8Array][][] = [
    [["cmud.db.new", new Uint8Array()]],
    [["cmud.db.new", new Uint8Array(100)], ["cmud.db.new-journal", new Uint8Array(600)]],
    unfinished,
    [...unfinished, ["log-1", new Uint8Array()]],
    [...unfinished, ["log-1", log.subarray(0, 20)]],
    [...unfinished, ["log-1", new Uint8Array(log.length)]],
    [...unfinished, ["log-1", log]],
    // The name of the one was on the medium, that of the other was not.
    [["log-1", log]],
  ];
  for (const rest of rests) {
    using directory = new TempDirectory();
    for (const [name, bytes] of rest) Deno.writeFileSync(`${directory.path}/${name}`, bytes);
    newDataFile(directory.path);
    const writer = dataWriter(directory.path);
    writer.append([batchOf(entry("a", "1"))]);
    writer.close();
    assertEquals([...heldIn(directory.path).keys()], ["a"]);
  }
});

Deno.test("DataReader.chunks() are bounded", () => {
  using directory = new TempDirectory();
  newDataFile(directory.path);
  const writer = dataWriter(directory.path);
  const entries = Array.from({ length: 100 }, (_, i) => entry(`${i}`, "x".repeat(10_000)));
  writer.append([batchOf(...entries)]);
  while (!writer.foldOn(0));
  writer.close();
  const reader = new DataReader(directory.path);
  const chunks = [...reader.chunks()];
  reader.close();
  assert(chunks.length >= 4);
  for (const { length } of chunks) assertLess(length, 256 * 1024);
  assertEquals(mergedOf(chunks).size, 100);
});

Deno.test("StoredData tells the time of the newest Put, and counts tombstones apart", () => {
  using directory = new TempDirectory();
  newDataFile(directory.path);
  const writer = dataWriter(directory.path);
  writer.append([
    batchOf(entry("a", "1", { timestamp: 5 }), entry("b", null, { timestamp: 7 })),
    batchOf(entry("c", "1", { timestamp: 6 })),
  ]);
  writer.close();
  const { newestMs, store } = StoredData.read(directory.path);
  assertEquals([newestMs, store.tombstones, store.size], [7, 1, 2]);
});

Deno.test("a data file remembers peers, the last seen first, and forgets some", () => {
  using directory = new TempDirectory();
  newDataFile(directory.path);
  const writer = dataWriter(directory.path);
  writer.rememberPeer("a:1", 100);
  writer.rememberPeer("b:1", 300);
  writer.rememberPeer("c:1", 200);
  writer.rememberPeer("a:1", 400);
  assertEquals(peersIn(directory.path), ["a:1", "b:1", "c:1"]);
  writer.boundPeers(withLimits({ peersMax: 2, messageIntroductionsMax: 2 }));
  assertEquals(peersIn(directory.path), ["a:1", "b:1"]);
  writer.close();
});

Deno.test("a data file gives back whom it was told to forget, and for whose lives it was told that", () => {
  using directory = new TempDirectory();
  newDataFile(directory.path);
  const writer = dataWriter(directory.path);
  writer.forgetPeer({ address: "a:1", incarnations: [] }, 1);
  writer.forgetPeer({ address: "b:1", incarnations: ["1", "2"] }, 2);
  // So may an incarnation of another version be: all lives are forgotten then.
  writer.forgetPeer({ address: "c:1", incarnations: ["a b  c"] }, 3);
  writer.close();
  const reader = new DataReader(directory.path);
  const forgotten = reader.forgotten();
  reader.close();
  assertEquals(forgotten, [
    { address: "a:1", incarnations: [] },
    { address: "b:1", incarnations: ["1", "2"] },
    { address: "c:1", incarnations: [] },
  ]);
});

Deno.test("a data file knows for how long those are away that were when this was noted last", () => {
  using directory = new TempDirectory();
  newDataFile(directory.path);
  const writer = dataWriter(directory.path);
  writer.noteAway([{ address: "a:1", awayMs: 1_000 }, { address: "b:1", awayMs: 2_000 }]);
  writer.noteAway([{ address: "b:1", awayMs: 3_000 }]);
  writer.close();
  const reader = new DataReader(directory.path);
  const away = reader.away();
  reader.close();
  assertEquals(away.map((it) => ({ ...it })), [{ address: "b:1", awayMs: 3_000 }]);
});

function peersIn(directory: string): string[] {
  const reader = new DataReader(directory);
  const peers = reader.peers();
  reader.close();
  return peers;
}
