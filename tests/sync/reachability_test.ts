import { Reachability } from "../../kvserver/sync/reachability.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals } from "../deps.ts";

const { oneWayNoticeMs } = defaultLimits;

const neither = { isUp: false, isHeard: false, isWrongIncarnation: false };
const both = { ...neither, isUp: true, isHeard: true };
const reached = { ...neither, isUp: true };
const heard = { ...neither, isHeard: true };
const mistaken = { ...heard, isWrongIncarnation: true };

Deno.test("a peer is up when each reaches the other, and down when neither does", () => {
  const it = new Reachability(0, defaultLimits);
  assertEquals([it.name, it.sinceMs], ["down", 0]);
  assertEquals(it.observe(both, 10), "down");
  assertEquals([it.name, it.sinceMs], ["up", 10]);
  assertEquals(it.observe(both, 20), undefined);
  assertEquals(it.observe(neither, 30), "up");
  assertEquals([it.name, it.sinceMs], ["down", 30]);
});

for (const [what, half] of Object.entries({ reached, heard })) {
  Deno.test(`a peer that is ${what} only is one-way when that lasts, and not before`, () => {
    const it = new Reachability(0, defaultLimits);
    it.observe(both, 0);
    assertEquals(it.observe(half, 100), undefined);
    assertEquals([it.name, it.isUndecided], ["up", true]);
    assertEquals(it.observe(half, 100 + oneWayNoticeMs - 1), undefined);
    assertEquals(it.observe(half, 100 + oneWayNoticeMs), "up");
    assertEquals([it.name, it.isUndecided], ["one-way", false]);
    assertEquals(it.observe(both, 9_000), "one-way");
  });
}

Deno.test("a connection that is dialed anew at once changes nothing", () => {
  const it = new Reachability(0, defaultLimits);
  it.observe(both, 0);
  for (let nowMs = 0; nowMs < 10 * oneWayNoticeMs; nowMs += oneWayNoticeMs / 2) {
    assertEquals(it.observe(nowMs % oneWayNoticeMs === 0 ? reached : both, nowMs), undefined);
  }
});

Deno.test("a peer is in conflict when it is heard and its address answers as another server", () => {
  const it = new Reachability(0, defaultLimits);
  it.observe(both, 0);
  assertEquals(it.observe(mistaken, 10), "up");
  assertEquals(it.name, "conflict");
  assertEquals(it.observe({ ...mistaken, isHeard: false }, 20), "conflict");
  assertEquals(it.name, "down");
});
