import { Progress } from "../../kvserver/sync/progress.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals } from "../deps.ts";

const { peerBehindMs } = defaultLimits;
const idle = { isIdle: true, lagMs: 0, overflows: 0, upMs: 60_000 };
const busy = { ...idle, isIdle: false };

Deno.test("Progress tells once that a peer falls behind, and once that it has caught up", () => {
  const it = new Progress(defaultLimits);
  const told = [0, peerBehindMs - 1, peerBehindMs, 2 * peerBehindMs, 9 * peerBehindMs, 10].map(
    (lagMs) => it.observe({ ...busy, lagMs }),
  );
  assertEquals(told, [undefined, undefined, "behind", undefined, undefined, undefined]);
  assertEquals([it.observe(idle), it.observe(idle)], ["caughtUp", undefined]);
  assertEquals(it.observe({ ...busy, lagMs: peerBehindMs }), "behind");
});

Deno.test("Progress tells nothing of what waits for a peer that is not there, or has just come back", () => {
  const it = new Progress(defaultLimits);
  for (const upMs of [0, peerBehindMs - 1]) {
    assertEquals(it.observe({ ...busy, lagMs: 60_000, upMs }), undefined);
  }
  assertEquals(it.observe(idle), undefined);
});

Deno.test("Progress tells each time that more waits than may, and then that it has caught up", () => {
  const it = new Progress(defaultLimits);
  const overflows = [1, 1, 2].map((overflows) => it.observe({ ...busy, overflows, upMs: 0 }));
  assertEquals(overflows, ["overflowed", undefined, "overflowed"]);
  assertEquals(it.observe({ ...idle, overflows: 2 }), "caughtUp");
});
