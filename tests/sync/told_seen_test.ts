import { ToldSeen } from "../../kvserver/sync/told_seen.ts";
import type { Seen } from "../../kvserver/versions/version_bytes.ts";
import { VersionVector } from "../../kvserver/versions/version_vector.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals } from "../deps.ts";

const { tellVersionsMs } = defaultLimits;

function seenOf(counters: Record<string, number>, floorMs = 0): Seen {
  return { vector: new VersionVector(Object.entries(counters)), floorMs };
}

/** What is told: the counters, and no tombstone that was forgotten is later. */
function take(told: ToldSeen, seen: Seen, nowMs: number) {
  const taken = told.take(seen, nowMs);
  return taken && [Object.fromEntries(taken.vector), taken.floorMs];
}

Deno.test("ToldSeen tells what is new now and then, and a later floor at once", () => {
  const told = new ToldSeen(defaultLimits);
  const first = seenOf({ a: 1, b: 2 });
  assertEquals(take(told, first, 0), [{ a: 1, b: 2 }, 0]);
  assertEquals([told.waitMs(first, 5), take(told, first, tellVersionsMs)], [Infinity, undefined]);
  const second = seenOf({ a: 1, b: 3 });
  assertEquals([told.waitMs(second, 5), take(told, second, 5)], [tellVersionsMs - 5, undefined]);
  assertEquals(take(told, second, tellVersionsMs), [{ b: 3 }, 0]);
  told.raiseFloor(7);
  assertEquals(take(told, seenOf({ c: 1 }), tellVersionsMs + 1), [{ c: 1 }, 7]);
});

Deno.test("ToldSeen tells all again at once when a message may be lost", () => {
  const told = new ToldSeen(defaultLimits);
  const seen = seenOf({ a: 1 }, 3);
  take(told, seen, 0);
  told.lost();
  assertEquals(take(told, seen, 1), [{ a: 1 }, 3]);
});

Deno.test("ToldSeen keeps nothing of its own of what is seen, and says what it keeps of what was", () => {
  const told = new ToldSeen(defaultLimits);
  const [first, second] = [seenOf({ a: 1, b: 2 }), seenOf({ a: 2, b: 2 })];
  take(told, first, 0);
  assertEquals(told.bytesBeside(first), 0);
  assertEquals(told.bytesBeside(second), first.vector.byteLength);
  assertEquals(take(told, second, tellVersionsMs), [{ a: 2 }, 0]);
  assertEquals(told.bytesBeside(second), 0);
  told.lost();
  assertEquals(told.bytesBeside(second), 0);
});
