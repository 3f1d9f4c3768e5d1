import { defaultLimits } from "../../limits.ts";
import { awakeEnvironment } from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";
import { testInWorld } from "../support/simulation.ts";

const hourMs = 3_600_000;

testInWorld("an awake clock goes with the other one while the process runs", async (world) => {
  const environment = world.environment();
  const awake = awakeEnvironment(environment);
  const startMs = awake.monotonicMs();
  let firedMs = 0;
  awake.after(90_000, () => firedMs = world.nowMs);
  // Nobody reads it for a long time but itself.
  await world.advance(hourMs);
  assertEquals([awake.monotonicMs() - startMs, firedMs], [hourMs, 90_000]);
  awake.close();
});

testInWorld("an awake clock and its timers leave out a standstill", async (world) => {
  const awake = awakeEnvironment(world.environment());
  const startMs = awake.monotonicMs();
  let fired = 0;
  awake.after(30_000, () => fired++);
  awake.after(30_000, () => fired++)();
  await world.advance(10_000);
  world.spend(hourMs);
  await world.advance(20_000 - defaultLimits.standstillMs - 1);
  assertEquals([fired, awake.monotonicMs() - startMs], [0, 29_999]);
  await world.advance(1);
  assertEquals(fired, 1);
  awake.close();
});

testInWorld("a timer that waits on after a standstill can be cancelled", async (world) => {
  const awake = awakeEnvironment(world.environment());
  let fired = 0;
  const cancel = awake.after(30_000, () => fired++);
  world.spend(hourMs);
  await world.advance(0);
  cancel();
  await world.advance(hourMs);
  assertEquals(fired, 0);
  awake.close();
});

testInWorld("standing still again and again counts as little each time", async (world) => {
  const awake = awakeEnvironment(world.environment());
  const startMs = awake.monotonicMs();
  for (let i = 0; i < 10; i++) {
    world.spend(hourMs);
    await world.advance(0);
  }
  assertEquals(awake.monotonicMs() - startMs, 10 * defaultLimits.standstillMs);
  awake.close();
});
