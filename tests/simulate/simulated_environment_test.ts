import { assert, assertEquals, assertNotEquals, assertRejects } from "../deps.ts";
import { epochMs, SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

testInWorld("advance() runs timers in the order of their times", async (world) => {
  const environment = world.environment();
  const ran: string[] = [];
  for (const delayMs of [30, 10, 20, 10]) {
    environment.after(delayMs, () => ran.push(`${delayMs} at ${world.nowMs}`));
  }
  await world.advance(20);
  assertEquals(ran, ["10 at 10", "10 at 10", "20 at 20"]);
  assertEquals(world.nowMs, 20);
  await world.advance(20);
  assertEquals(ran.at(-1), "30 at 30");
  assertEquals(world.nowMs, 40);
});

testInWorld("advance() runs timers of one moment in the order they were set", async (world) => {
  const [one, other] = [world.environment(), world.environment()];
  const ran: number[] = [];
  for (let i = 0; i < 100; i++) (i % 2 ? one : other).after(5, () => ran.push(i));
  await world.advance(5);
  assertEquals(ran, Array.from({ length: 100 }, (_, i) => i));
});

testInWorld("advance() skips a timer when it was cancelled", async (world) => {
  const environment = world.environment();
  const ran: number[] = [];
  const cancels = Array.from({ length: 50 }, (_, i) => environment.after(i, () => ran.push(i)));
  for (let i = 0; i < 50; i += 2) cancels[i]();
  assertEquals(world.pendingTimers, 25);
  await world.run();
  assertEquals(ran, Array.from({ length: 25 }, (_, i) => 2 * i + 1));
  assertEquals(world.pendingTimers, 0);
  cancels[1]();
  assertEquals(world.pendingTimers, 0);
});

testInWorld("soon() and promises run before the next timer", async (world) => {
  const environment = world.environment();
  const ran: string[] = [];
  environment.after(0, () => {
    ran.push("timer 1");
    environment.soon(() => ran.push("soon"));
    (async () => {
      for (let i = 0; i < 10_000; i++) await null;
      ran.push("promise");
    })();
  });
  environment.after(0, () => ran.push("timer 2"));
  await world.advance(0);
  assertEquals(ran, ["timer 1", "soon", "promise", "timer 2"]);
});

testInWorld("yieldToEvents() lets timers run when they are due", async (world) => {
  const environment = world.environment();
  const ran: string[] = [];
  environment.soon(() => {
    environment.after(0, () => ran.push("timer"));
    environment.yieldToEvents(() => {
      ran.push("after events");
      environment.after(0, () => ran.push("later timer"));
    });
    environment.soon(() => ran.push("soon"));
  });
  await world.advance(0);
  assertEquals(ran, ["soon", "timer", "after events", "later timer"]);
});

testInWorld("spend() delays what becomes due meanwhile", async (world) => {
  const environment = world.environment();
  const ran: [string, number][] = [];
  environment.after(10, () => {
    world.spend(7);
    ran.push(["busy", world.nowMs]);
  });
  environment.after(12, () => ran.push(["late", world.nowMs]));
  await world.advance(20);
  assertEquals(ran, [["busy", 17], ["late", 17]]);
  assertEquals(world.nowMs, 20);
});

testInWorld("now() follows the clock's skew, monotonicMs() does not", async (world) => {
  const right = world.environment();
  const skewed = world.environment({ clockSkewMs: -5000 });
  const startMs = skewed.monotonicMs();
  await world.advance(1.5);
  assertEquals(right.now(), epochMs + 1);
  assertEquals(skewed.now(), epochMs - 4999);
  skewed.clockSkewMs = 5000;
  assertEquals(skewed.now(), epochMs + 5001);
  assertEquals(skewed.monotonicMs() - startMs, 1.5);
  assertNotEquals(right.monotonicMs(), skewed.monotonicMs());
});

testInWorld("complete() returns the promise's value when time has settled it", async (world) => {
  const environment = world.environment();
  const value = new Promise((resolve) => environment.after(60_000, () => resolve("done")));
  assertEquals(await world.complete(value), "done");
  assertEquals(world.nowMs, 60_000);
  const failed = new Promise((_, reject) => environment.after(5, () => reject(new Error("no"))));
  await assertRejects(() => world.complete(failed), Error, "no");
  await assertRejects(() => world.complete(new Promise(() => {})), Error, "still open");
});

testInWorld("run() refuses to go on for ever when a timer renews itself", async (world) => {
  const environment = world.environment();
  let cancel = () => {};
  const renew = () => void (cancel = environment.after(60_000, renew));
  renew();
  await assertRejects(() => world.run(), Error, "busy for 3600000 ms");
  cancel();
});

Deno.test("a simulated world repeats itself when its seed is the same", async () => {
  const first = await history(7);
  assertEquals(await history(7), first);
  assertNotEquals(await history(8), first);
  assert(first.length > 100);
});

/** What two machines do that set each other timers at random. */
async function history(seed: number): Promise<string[]> {
  const world = new SimulatedWorld({ seed });
  const machines = [world.environment(), world.environment({ clockSkewMs: 300 })];
  const events = machines.map((machine) => machine.hex64());
  const act = (index: number, remaining: number) => {
    const machine = machines[index];
    events.push(`${index} ${machine.now()} ${machine.fraction()}`);
    if (remaining === 0) return;
    machine.after(Math.floor(machine.fraction() * 20), () => act(1 - index, remaining - 1));
    if (machine.fraction() < 0.5) machine.soon(() => act(index, 0));
  };
  for (let i = 0; i < 20; i++) act(i % 2, 10);
  await world.run();
  return events;
}
