import { defaultLimits } from "../../limits.ts";
import { BatchLog } from "../../kvserver/disk/batch_log.ts";
import { chainFaults } from "../../kvserver/disk/log_chain.ts";
import { createSegment, segmentIn, segmentsIn } from "../../kvserver/disk/log_segment.ts";
import { newDirectoryId } from "../../kvserver/disk/segment_header.ts";
import { assertEquals, assertThrows, fc } from "../deps.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { FragileMedium } from "./fragile_medium.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

const id = newDirectoryId(realEnvironment);
const manifest = { id, firstSegment: 1, entries: 0, checksum: 0 };

/** A log, as the manifest has it; begun in a directory that has none. */
function newLog(path: string): BatchLog {
  if (segmentsIn(path).length === 0) createSegment(path, 1, id);
  assertEquals(chainFaults(path, manifest), []);
  return new BatchLog(path, manifest, defaultLimits);
}

const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.constant("append") },
  {
    weight: 3,
    arbitrary: fc.subarray(["write", "sync", "syncDirectory", "truncate", "remove"] as const),
  },
  { weight: 1, arbitrary: fc.constant("seal") },
  { weight: 1, arbitrary: fc.constant("kill") },
  { weight: 2, arbitrary: fc.constant("power cut") },
);

Deno.test("BatchLog loses nothing that it has taken, whatever the medium refuses and forgets", () => {
  const anySteps = fc.array(anyStep, { maxLength: 20 });
  fc.assert(fc.property(anySteps, fc.infiniteStream(fc.nat()), (steps, numbers) => {
    const random = (limit: number) => numbers.next().value! % limit;
    using directory = new TempDirectory();
    const { path } = directory;
    using medium = new FragileMedium(path, random);
    let log = newLog(path);
    /** What it has taken, and what it may hold beside that: was refused, or not answered for. */
    const taken: number[] = [];
    for (const [number, step] of steps.entries()) {
      if (step === "append") {
        try {
          log.append([batchOf(number, random(3000)), batchOf(number, 0)]);
          taken.push(number);
        } catch (error) {
          assertEquals(String(error).startsWith("Error: refused: "), true);
        }
      } else if (step === "seal") {
        try {
          log.seal();
        } catch (error) {
          assertEquals(String(error).startsWith("Error: refused: "), true);
        }
      } else if (step === "kill" || step === "power cut") {
        log.close();
        medium.faults.clear();
        if (step === "power cut") medium.cutPower();
        log = newLog(path);
      } else for (const fault of step) medium.faults.add(fault);
      assertEquals(chainFaults(path, manifest), []);
      const held = numbersIn(path);
      assertEquals(taken.filter((number) => !held.includes(number)), []);
      assertEquals(held, held.toSorted((a, b) => a - b));
    }
    log.close();
  }));
});

Deno.test("BatchLog writes an end mark anew that was written in part", () => {
  using directory = new TempDirectory();
  const { path } = directory;
  // Of a mark whose writing is refused, so many bytes are there.
  const written = [4, 1];
  using medium = new FragileMedium(path, () => written.shift() ?? 0);
  newLog(path).close();
  const refusing = newLog(path);
  medium.faults.add("write");
  assertThrows(() => refusing.append([batchOf(1, 10)]), Error, "refused");
  refusing.close();
  const log = newLog(path);
  log.append([batchOf(2, 10)]);
  medium.faults.add("write");
  // Both parts together would be what was there at first: closed, with no records.
  log.close();
  newLog(path).close();
  assertEquals(numbersIn(path), [2]);
});

Deno.test("BatchLog makes the name last of a segment that others have begun", () => {
  using directory = new TempDirectory();
  const { path } = directory;
  using medium = new FragileMedium(path, () => 0);
  createSegment(path, 1, id);
  const log = newLog(path);
  log.append([batchOf(1, 10)]);
  medium.faults.add("syncDirectory");
  assertThrows(() => log.seal(), Error, "refused");
  log.close();
  assertEquals(segmentsIn(path), [1, 2]);
  const next = newLog(path);
  next.append([batchOf(2, 10)]);
  next.seal();
  next.append([batchOf(3, 10)]);
  next.close();
  medium.cutPower();
  assertEquals(numbersIn(path), [1, 2, 3]);
});

Deno.test("BatchLog.remove() may be tried again", () => {
  using directory = new TempDirectory();
  const { path } = directory;
  using medium = new FragileMedium(path, () => 0);
  const log = newLog(path);
  log.append([batchOf(1, 10)]);
  const [segment] = log.seal();
  medium.faults.add("remove");
  assertThrows(() => log.remove(segment), Error, "refused");
  for (let times = 0; times < 2; times++) {
    log.remove(segment);
    assertEquals([log.bytes, log.segments, segmentsIn(path)], [0, 1, [2]]);
  }
  log.close();
});

Deno.test("BatchLog begins a new segment when the last one is long", () => {
  using directory = new TempDirectory();
  const log = newLog(directory.path);
  for (let i = 0; i < 5; i++) log.append([batchOf(i, 3_000_000)]);
  assertEquals(segmentsIn(directory.path), [1, 2, 3]);
  assertEquals(log.segments, 3);
  log.close();
  const again = newLog(directory.path);
  assertEquals([again.bytes, again.segments], [log.bytes, 3]);
  again.append([batchOf(5, 1)]);
  assertEquals(numbersIn(directory.path), [0, 1, 2, 3, 4, 5]);
  assertEquals(again.segments, 3);
  again.close();
});

/** Bytes that stand for a batch, and say which one. */
function batchOf(number: number, length: number): Uint8Array {
  return new Uint8Array(1 + length).fill(number + 1);
}

/** The batches that a log holds, as whoever opens it next sees it. */
function numbersIn(directory: string): number[] {
  const batches = segmentsIn(directory).flatMap((n) => segmentIn(directory, n, id)!.batches);
  return [...new Set(batches.map(([number]) => number - 1))];
}
