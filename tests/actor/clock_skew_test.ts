import { ClockSkew } from "../../actor/clock_skew.ts";
import { defaultLimits } from "../../limits.ts";
import { assert, assertEquals } from "../deps.ts";
import { Prng } from "../../simulate/world/prng.ts";

const { clockRoundTripMaxMs, clockReadings } = defaultLimits;

/** A round trip to a clock that is so far ahead: so long there, and so long back. */
function read(skew: ClockSkew, aheadMs: number, thereMs: number, backMs: number, nowMs = 5_000) {
  skew.read(nowMs - backMs + aheadMs, nowMs, thereMs + backMs);
}

Deno.test("ClockSkew is exact when both ways take the same time", () => {
  for (const aheadMs of [-90_000, -3, 0, 1, 7_000]) {
    const skew = new ClockSkew(defaultLimits);
    read(skew, aheadMs, 250, 250);
    assertEquals(skew.aheadMs, aheadMs);
  }
});

Deno.test("ClockSkew knows nothing from round trips that took too long", () => {
  const skew = new ClockSkew(defaultLimits);
  assertEquals(skew.aheadMs, undefined);
  read(skew, 0, clockRoundTripMaxMs, 1);
  assertEquals(skew.aheadMs, undefined);
});

Deno.test("ClockSkew goes by the shortest round trip, however late it is", () => {
  const skew = new ClockSkew(defaultLimits);
  read(skew, 100, 1_500, 10);
  read(skew, 100, 20, 20);
  read(skew, 100, 10, 1_800);
  assertEquals(skew.aheadMs, 100);
});

Deno.test("ClockSkew is wrong by no more than half of the shortest round trip", () => {
  const random = new Prng(7);
  for (let round = 0; round < 200; round++) {
    const skew = new ClockSkew(defaultLimits);
    const aheadMs = random.below(20_000) - 10_000;
    let shortestMs = Infinity;
    for (let i = 0; i < clockReadings; i++) {
      const [thereMs, backMs] = [random.below(900), random.below(900)];
      shortestMs = Math.min(shortestMs, thereMs + backMs);
      read(skew, aheadMs, thereMs, backMs);
    }
    assert(Math.abs(skew.aheadMs! - aheadMs) <= shortestMs / 2 + 1);
  }
});

Deno.test("ClockSkew follows a clock that is set, at once", () => {
  const skew = new ClockSkew(defaultLimits);
  for (let i = 0; i < clockReadings; i++) read(skew, 0, 1, 1);
  read(skew, 60_000, 200, 200);
  assertEquals(skew.aheadMs, 60_000);
  read(skew, 0, 200, 200);
  assertEquals(skew.aheadMs, 0);
});
