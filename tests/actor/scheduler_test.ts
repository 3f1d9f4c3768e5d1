import { type Runnable, Scheduler } from "../../actor/scheduler.ts";
import { defaultLimits } from "../../limits.ts";
import { assert, assertEquals, assertLessOrEqual } from "../deps.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

/** A scheduler, and runnables that note in `log` when they handle a message. */
function setUp(world: SimulatedWorld, environment = world.environment()) {
  const scheduler = new Scheduler(environment);
  const log: string[] = [];

  class Worker implements Runnable {
    scheduled = false;
    /** Calls of `runOne` in vain. */
    idleRuns = 0;

    constructor(readonly name: string, public messages: number, readonly messageMs = 0) {}

    runOne(): boolean {
      if (this.messages === 0) return this.idleRuns++, false;
      this.messages--;
      log.push(this.name);
      if (this.messageMs > 0) world.spend(this.messageMs);
      return true;
    }
  }

  /** A worker with messages, and scheduled. */
  const start = (name: string, messages: number, messageMs?: number) => {
    const worker = new Worker(name, messages, messageMs);
    scheduler.schedule(worker);
    return worker;
  };
  return { environment, scheduler, log, start };
}

/** `log` with each run of equal names as `name*length`. */
function shorten(log: string[]): string[] {
  const runs: [string, number][] = [];
  for (const name of log) {
    if (runs.at(-1)?.[0] === name) runs.at(-1)![1]++;
    else runs.push([name, 1]);
  }
  return runs.map(([name, count]) => `${name}*${count}`);
}

testInWorld("schedule() runs nothing before its caller has returned", async (world) => {
  const { scheduler, log, start } = setUp(world);
  const worker = start("a", 1);
  assertEquals(log, []);
  await world.advance(0);
  assertEquals(log, ["a"]);
  worker.messages = 1;
  scheduler.schedule(worker);
  assertEquals(log, ["a"]);
  await world.advance(0);
  assertEquals(log, ["a", "a"]);
});

testInWorld("schedule() gives turns in the order of its calls", async (world) => {
  const { log, start } = setUp(world);
  for (const name of ["c", "a", "b"]) start(name, 2);
  await world.advance(0);
  assertEquals(shorten(log), ["c*2", "a*2", "b*2"]);
});

testInWorld("schedule() gives one turn when called again before it", async (world) => {
  const { scheduler, log, start } = setUp(world);
  const worker = start("a", 1);
  scheduler.schedule(worker);
  scheduler.schedule(worker);
  await world.advance(0);
  assertEquals(log, ["a"]);
  assertEquals(worker.idleRuns, 1);
});

testInWorld("a runnable goes to the back when its quantum is over", async (world) => {
  const { log, start } = setUp(world);
  start("busy", 2 * defaultLimits.schedulerQuantum + 1);
  start("other", 1);
  start("also busy", defaultLimits.schedulerQuantum + 2);
  await world.advance(0);
  assertEquals(shorten(log), [
    `busy*${defaultLimits.schedulerQuantum}`,
    "other*1",
    `also busy*${defaultLimits.schedulerQuantum}`,
    `busy*${defaultLimits.schedulerQuantum}`,
    "also busy*2",
    "busy*1",
  ]);
});

for (const messageMs of [0.01, 0.7, 3]) {
  testInWorld(`events get their turn when messages of ${messageMs} ms flood`, async (world) => {
    const { environment, start } = setUp(world);
    const floods = [start("a", Infinity, messageMs), start("b", Infinity, messageMs)];
    const waitedMs: number[] = [];
    let setMs = world.nowMs;
    const onTimer = () => {
      waitedMs.push(world.nowMs - setMs);
      setMs = world.nowMs;
      if (waitedMs.length < 20) environment.after(0, onTimer);
      else for (const flood of floods) flood.messages = 0;
    };
    environment.after(0, onTimer);
    await world.run();
    assertEquals(waitedMs.length, 20);
    assertLessOrEqual(
      Math.max(...waitedMs.slice(1)),
      2 * defaultLimits.schedulerSliceMs + messageMs,
    );
    assert(
      Math.min(...waitedMs.slice(1)) >= defaultLimits.schedulerSliceMs,
      "a slice was cut short",
    );
  });
}

testInWorld("the run queue keeps its order when a slice ends", async (world) => {
  const { environment, scheduler, log, start } = setUp(world);
  const slow = start("slow", 3, defaultLimits.schedulerSliceMs);
  start("next", 1);
  environment.after(defaultLimits.schedulerSliceMs, () => {
    log.push("event");
    start("last", 1);
    scheduler.schedule(slow);
  });
  environment.after(defaultLimits.schedulerSliceMs, () => log.push("event"));
  await world.run();
  assertEquals(shorten(log), ["slow*1", "event*2", "next*1", "slow*1", "last*1", "slow*1"]);
});

testInWorld("slices are longer where only a timer lets the event loop in", async (world) => {
  const { schedulerSliceMs, timedSliceMs } = defaultLimits;
  for (const [isQuick, sliceMs] of [[true, schedulerSliceMs], [false, timedSliceMs]] as const) {
    const environment = Object.assign(world.environment(), { isYieldQuick: () => isQuick });
    const { log, start } = setUp(world, environment);
    start("flood", 20, sliceMs / 4);
    environment.after(0, () => log.push("event"));
    await world.run();
    assertEquals(log.indexOf("event"), 4);
  }
});

testInWorld("idle() resolves when no turn is due any more", async (world) => {
  const { environment, scheduler, log, start } = setUp(world);
  await scheduler.idle();
  start("a", 3, defaultLimits.schedulerSliceMs);
  const idle = Promise.all([scheduler.idle(), scheduler.idle()]);
  await world.complete(idle);
  assertEquals(shorten(log), ["a*3"]);
  assertEquals(environment.pendingTimers, 0);
  start("b", 1);
  await world.complete(scheduler.idle());
  assertEquals(shorten(log), ["a*3", "b*1"]);
});

testInWorld("nowMs is the time even when no turn is under way", async (world) => {
  const { environment, scheduler, start } = setUp(world);
  assertEquals(scheduler.nowMs, environment.monotonicMs());
  start("a", 1, 1);
  await world.advance(5000);
  assertEquals(scheduler.nowMs, environment.monotonicMs());
});
