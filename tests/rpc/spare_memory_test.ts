import { freeMemory } from "../../rpc/mod.ts";
import { SpareMemory } from "../../rpc/msgpack/spare_memory.ts";
import { assert, assertEquals, assertLess, assertLessOrEqual } from "../deps.ts";

const KiB = 1024;

Deno.test("SpareMemory gives a buffer that was given again to who needs such a one, and nobody sees it before", () => {
  const spare = new SpareMemory(1024 * KiB);
  assertEquals(spare.take(100 * KiB), undefined);
  const given = new Uint8Array(150 * KiB).fill(7);
  const view = given.subarray(10, 20);
  spare.give(given);
  assertEquals([given.length, view.length, spare.bytes], [0, 0, 150 * KiB]);
  assertEquals(spare.take(151 * KiB), undefined, "too short");
  assertEquals(spare.take(74 * KiB), undefined, "longer than twice what is needed");
  assertEquals(spare.take(100 * KiB, 149 * KiB), undefined, "longer than it may be");
  const taken = spare.take(100 * KiB)!;
  assertEquals([taken.length, taken[15], spare.bytes], [150 * KiB, 7, 0]);
  assertEquals(spare.take(100 * KiB), undefined, "it has one owner");
});

Deno.test("SpareMemory keeps no more than its bound, and what was given last", () => {
  const spare = new SpareMemory(300 * KiB);
  for (const bytes of [100, 110, 120, 130]) spare.give(new Uint8Array(bytes * KiB));
  assertEquals(spare.bytes, 250 * KiB);
  assertEquals(spare.take(100 * KiB)?.length, 130 * KiB);
  assertEquals(spare.take(100 * KiB)?.length, 120 * KiB);
  assertEquals(spare.take(100 * KiB), undefined);
  const long = new Uint8Array(301 * KiB);
  spare.give(long);
  assertEquals([spare.bytes, long.length], [0, 0]);
});

Deno.test("SpareMemory keeps no short buffer, and none that is gone", () => {
  const spare = new SpareMemory();
  spare.give(new Uint8Array(1_000));
  const gone = new Uint8Array(100 * KiB);
  freeMemory(gone);
  spare.give(gone);
  assertEquals(spare.bytes, 0);
});

Deno.test("SpareMemory makes a buffer that fits when it has none, with some room when it is long", () => {
  const spare = new SpareMemory();
  assertEquals(spare.takeOrMake(1_000).length, 1_000);
  for (let bytes = 64 * KiB; bytes < 20_000_000; bytes = Math.ceil(bytes * 1.3)) {
    const { length } = spare.takeOrMake(bytes);
    assertLessOrEqual(bytes, length);
    assertLess(length, bytes * 1.13);
  }
  spare.give(new Uint8Array(200 * KiB));
  assert(spare.takeOrMake(150 * KiB).length === 200 * KiB);
});
