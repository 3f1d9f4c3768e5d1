import { DrainRate } from "../../kvserver/sync/drain_rate.ts";
import { assertEquals } from "../deps.ts";

/** Something waits all the time, and so much is acknowledged each 100 ms. */
function drain(rate: DrainRate, bytesEach: number, fromMs: number, untilMs: number): void {
  for (let nowMs = fromMs + 100; nowMs <= untilMs; nowMs += 100) rate.drained(bytesEach, nowMs);
}

Deno.test("drainMs() goes by what was acknowledged since the first of it, or lately", () => {
  const rate = new DrainRate();
  rate.drained(5, 0);
  drain(rate, 1_000, 0, 500);
  assertEquals(rate.drainMs(20_000, 500), 2_000);
  drain(rate, 1_000, 500, 10_000);
  assertEquals(rate.drainMs(20_000, 10_000), 2_000);
  // It takes more now, which shows soon, and then nothing more.
  drain(rate, 4_000, 10_000, 10_500);
  assertEquals(rate.drainMs(20_000, 10_500), 500);
  drain(rate, 4_000, 10_500, 12_000);
  assertEquals(rate.drainMs(20_000, 12_000), 500);
  assertEquals(rate.drainMs(20_000, 13_000), 1_000);
});

Deno.test("drainMs() is 0 before it is known, and anew when nothing has waited", () => {
  const rate = new DrainRate();
  assertEquals(rate.drainMs(1, 0), 0);
  rate.drained(10, 1_000);
  assertEquals(rate.drainMs(1_000_000, 1_000), 0);
  rate.drained(10, 1_100);
  assertEquals(rate.drainMs(1_000_000, 1_100), 0);
  rate.drained(10, 1_500);
  assertEquals(rate.drainMs(1_000, 1_500), 25_000);
  rate.forget();
  // A burst after little had come: it is not measured by that, nor by the first of it.
  rate.drained(10, 2_400);
  rate.drained(100_000, 2_900);
  assertEquals(rate.drainMs(1_000_000, 2_900), 5_000);
});
