import { Reachability } from "../../kvserver/sync/reachability.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals } from "../deps.ts";

const { oneWayNoticeMs, peerSilentMs } = defaultLimits;

const neither = {
  isUp: false,
  isHeard: false,
  isWrongIncarnation: false,
  facts: { heardMs: undefined as number | undefined },
};
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
    assertEquals([it.name, it.undecidedMs(101)], ["up", oneWayNoticeMs - 1]);
    assertEquals(it.observe(half, 100 + oneWayNoticeMs - 1), undefined);
    assertEquals(it.observe(half, 100 + oneWayNoticeMs), "up");
    assertEquals([it.name, it.undecidedMs(8_000)], ["one-way", undefined]);
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

Deno.test("a peer of which nothing comes for long is silent, whatever connections there are", () => {
  const it = new Reachability(0, defaultLimits);
  const heardAt = (heardMs: number) => ({ ...both, facts: { heardMs } });
  it.observe(heardAt(10), 10);
  assertEquals(it.undecidedMs(20), peerSilentMs - 10);
  it.observe(heardAt(1_000), 1_000);
  assertEquals(it.observe(heardAt(1_000), 1_000 + peerSilentMs - 1), undefined);
  assertEquals(it.observe(heardAt(1_000), 1_000 + peerSilentMs), "up");
  assertEquals([it.name, it.isDown, it.sinceMs], ["silent", true, 1_000]);
  assertEquals(it.undecidedMs(20_000), undefined);
  // A link is reset, and dialed again, because nothing is acknowledged.
  assertEquals(it.observe({ ...heard, facts: { heardMs: 1_000 } }, 10_000), undefined);
  // It is heard again before it is reached again.
  assertEquals(it.observe({ ...heard, facts: { heardMs: 10_100 } }, 10_100), undefined);
  assertEquals(it.observe(heardAt(10_200), 10_200), "silent");
  assertEquals([it.name, it.isDown, it.sinceMs], ["up", false, 10_200]);
});

Deno.test("a peer that is down is silent later, and has been away since it was down", () => {
  const it = new Reachability(0, defaultLimits);
  it.observe({ ...both, facts: { heardMs: 1_000 } }, 1_000);
  it.observe({ ...neither, facts: { heardMs: 2_000 } }, 3_000);
  // What was heard on a connection that is gone is not told any more.
  assertEquals(it.observe(neither, 2_000 + peerSilentMs), "down");
  assertEquals([it.name, it.sinceMs], ["silent", 3_000]);
});
