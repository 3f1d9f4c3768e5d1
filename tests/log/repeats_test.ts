import type { LogRecord } from "../../log/mod.ts";
import { Repeats } from "../../log/repeats.ts";
import { logLimits } from "../../limits.ts";
import { assertEquals, assertLessOrEqual, fc } from "../deps.ts";
import { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";
import { recordAbout } from "./records.ts";

/** What is given on, and when. */
function newRepeats(world: SimulatedWorld) {
  const given: { atMs: number; record: LogRecord }[] = [];
  const environment = world.environment();
  const repeats = new Repeats(environment, (record) => given.push({ atMs: world.nowMs, record }));
  const say = (peer: string) => repeats.take(recordAbout(peer, { timeMs: environment.now() }));
  const counts = () => given.map(({ atMs, record }) => [atMs, record.count]);
  return { repeats, given, say, counts };
}

testInWorld(
  "Repeats gives on the first line at once, and counts those that follow",
  async (world) => {
    const { say, counts } = newRepeats(world);
    for (let i = 0; i < 1_235; i++) say("a");
    assertEquals(counts(), [[0, 1]]);
    await world.advance(1_000);
    assertEquals(counts(), [[0, 1], [1_000, 1_234]]);
  },
);

testInWorld("Repeats counts for twice as long each time, up to a minute", async (world) => {
  const { repeats, say, counts } = newRepeats(world);
  for (let i = 0; i < 300_000 / 100; i++) {
    say("a");
    await world.advance(100);
  }
  const times = counts().map(([atMs]) => atMs / 1_000);
  assertEquals(times.slice(0, 9), [0, 1, 3, 7, 15, 31, 63, 123, 183]);
  const all = counts().reduce((sum, [, count]) => sum + count, 0);
  assertEquals(all, counts().at(-1)![0] / 100);
  repeats.flush();
});

testInWorld("Repeats gives on at once what comes again after a while", async (world) => {
  const { say, counts } = newRepeats(world);
  for (let i = 0; i < 3; i++) {
    say("a");
    await world.advance(10_000);
  }
  assertEquals(counts(), [[0, 1], [10_000, 1], [20_000, 1]]);
  await world.advance(2 * logLimits.repeatMaxMs);
  say("a");
  say("a");
  await world.advance(1_000);
  assertEquals(counts().slice(3), [[150_000, 1], [151_000, 1]]);
});

testInWorld("Repeats counts each peer, level and template apart", (world) => {
  const { repeats, given, say } = newRepeats(world);
  for (const peer of ["a", "b", "a"]) say(peer);
  repeats.take(recordAbout("a", { level: "info" }));
  repeats.take({ ...recordAbout("a"), template: "Peer {peer} is back" });
  assertEquals(given.length, 4);
  repeats.flush();
  assertEquals(given.map(({ record }) => record.count), [1, 1, 1, 1, 1]);
  return Promise.resolve();
});

testInWorld(
  "Repeats gives all peers past its bound one count, and forgets old ones",
  async (world) => {
    const { say, given } = newRepeats(world);
    for (let i = 0; i < logLimits.keysMax + 5_000; i++) say(`peer ${i}`);
    assertEquals(given.length, logLimits.keysMax + 1);
    await world.advance(1_000);
    assertEquals(given.at(-1)!.record.count, 4_999);
    await world.advance(2 * logLimits.repeatMaxMs);
    say("new");
    say("another new one");
    assertEquals(given.slice(-2).map(({ record }) => record.fields.peer), [
      "new",
      "another new one",
    ]);
  },
);

Deno.test("Repeats loses no event, and says no kind more often than its times allow", async () => {
  const step = fc.record({ peer: fc.constantFrom("a", "b", "c"), waitMs: fc.nat(5_000) });
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 100 }), async (steps) => {
    const world = new SimulatedWorld();
    const { repeats, given, say } = newRepeats(world);
    for (const { peer, waitMs } of steps) {
      say(peer);
      await world.advance(waitMs);
    }
    repeats.flush();
    assertEquals(given.reduce((sum, { record }) => sum + record.count, 0), steps.length);
    for (const peer of ["a", "b", "c"]) {
      const times = given.filter(({ record }) => record.fields.peer === peer);
      // Windows of 1, 2, 4, ... s from the first: the last one is from `flush`.
      assertLessOrEqual(times.length, 3 + Math.log2(1 + world.nowMs / 1_000));
    }
    assertEquals(world.pendingTimers, 0);
  }));
});

Deno.test("Repeats loses no record, and gives none twice, when its timer is late", () => {
  let nowMs = 0;
  const timers: (() => void)[] = [];
  const given: LogRecord[] = [];
  const environment = {
    monotonicMs: () => nowMs,
    after: (_delayMs: number, fn: () => void) => {
      timers.push(fn);
      return () => void timers.splice(timers.indexOf(fn), 1);
    },
  };
  const repeats = new Repeats(environment, (record) => given.push(record));
  const say = () => repeats.take(recordAbout("a", { timeMs: nowMs }));
  const runTimers = () => timers.splice(0).forEach((timer) => timer());
  for (let i = 0; i < 4; i++) say();
  // The time of counting is over, and its timer has not run yet.
  nowMs = 10_000;
  say();
  runTimers();
  nowMs = 100_000;
  runTimers();
  repeats.flush();
  assertEquals(given.reduce((sum, { count }) => sum + count, 0), 5);
});
