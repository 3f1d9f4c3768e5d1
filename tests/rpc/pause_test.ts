import { pause } from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";
import { testInWorld } from "../support/simulation.ts";

testInWorld("pause() lets its time pass, or less when its signal aborts", async (world) => {
  const environment = world.environment();
  const ending = new AbortController();
  await world.complete(pause(environment, 100, ending.signal));
  assertEquals(world.nowMs, 100);
  const cut = pause(environment, 100, ending.signal);
  await world.advance(50);
  ending.abort();
  await world.complete(cut);
  await world.complete(pause(environment, 100, ending.signal));
  assertEquals([world.nowMs, environment.pendingTimers], [150, 0]);
});
