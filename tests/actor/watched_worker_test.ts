import { WatchedWorker } from "../../actor/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals, assertRejects } from "../deps.ts";
import { FakeWorker } from "../support/fake_worker.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

type Request = { type: "double"; number: number } | { type: "note"; number: number };

/** A watched Worker that doubles numbers below 10, and what it was heard to do. */
function startWatched(world: SimulatedWorld, environment = world.environment() as Environment) {
  const told: string[] = [];
  const worker = new FakeWorker<Request, string, string>({
    async handle({ type, number }) {
      await Promise.resolve();
      if (number >= 10) throw new RangeError(`${number} is too large`);
      if (type === "note") worker.emit(`noted ${number}`);
      return 2 * number;
    },
    failureOf: (error) => (error as Error).message,
  });
  const watched = new WatchedWorker<{ double: number }, Request, string, string>(worker, {
    name: "It",
    environment,
    onEvent: (event) => told.push(event),
    errorOf: (failure) => new RangeError(failure),
    onSilent: (silentMs) => told.push(`silent for ${silentMs} ms`),
    onHeard: () => told.push("heard"),
    onThrew: ({ message }) => told.push(message),
  });
  return { watched, worker, told };
}

type Environment = ConstructorParameters<typeof WatchedWorker>[1]["environment"];

testInWorld("a Worker answers requests in order, with answers or failures", async (world) => {
  const { watched, told } = startWatched(world);
  const answers = [1, 12, 3].map((number) =>
    watched.ask({ type: "double", number }).catch((error) => error.message)
  );
  watched.post({ type: "note", number: 4 });
  assertEquals(await Promise.all(answers), [2, "12 is too large", 6]);
  await world.advance(0);
  assertEquals(told, ["noted 4"]);
  watched.end();
});

testInWorld("a Worker that is idle is not silent", async (world) => {
  const { watched, worker, told } = startWatched(world);
  await world.advance(10 * defaultLimits.threadPatienceMs);
  assertEquals(told, []);
  assertEquals(worker.posted, 10 * defaultLimits.threadPatienceMs / defaultLimits.threadBeatMs);
  watched.end();
  assertEquals(worker.isTerminated, true);
});

testInWorld("a Worker that answers nothing is silent, until it is heard again", async (world) => {
  const { watched, worker, told } = startWatched(world);
  worker.hangs = true;
  const answer = watched.ask({ type: "double", number: 4 });
  await world.advance(defaultLimits.threadPatienceMs);
  assertEquals([watched.isSilent, told], [false, []]);
  await world.advance(10 * defaultLimits.threadPatienceMs);
  const silence = `silent for ${defaultLimits.threadPatienceMs + defaultLimits.threadBeatMs} ms`;
  assertEquals([watched.isSilent, told], [true, [silence]]);
  worker.goOn();
  assertEquals([watched.isSilent, await answer], [false, 8]);
  assertEquals(told, [silence, "heard"]);
  watched.end();
});

testInWorld("a process that stood still does not take its Worker for silent", async (world) => {
  const real = world.environment();
  let stoodStillMs = 0;
  const environment: Environment = {
    limits: real.limits,
    now: () => real.now(),
    soon: (fn) => real.soon(fn),
    yieldToEvents: (fn) => real.yieldToEvents(fn),
    monotonicMs: () => real.monotonicMs() + stoodStillMs,
    after: (delayMs, fn) => real.after(delayMs, fn),
  };
  const { watched, worker, told } = startWatched(world, environment);
  worker.hangs = true;
  for (let i = 0; i < 3; i++) {
    stoodStillMs += 10 * defaultLimits.threadPatienceMs;
    await world.advance(defaultLimits.threadBeatMs);
  }
  assertEquals(told, []);
  await world.advance(defaultLimits.threadPatienceMs);
  assertEquals(told.length, 1);
  watched.end();
});

testInWorld("a Worker that throws or is ended answers no request", async (world) => {
  const { watched, worker, told } = startWatched(world);
  worker.hangs = true;
  const answer = watched.ask({ type: "double", number: 1 });
  worker.onerror!(new ErrorEvent("error", { message: "a bug", cancelable: true }));
  await assertRejects(() => answer, Error, "It ended: it threw a bug");
  await assertRejects(() => watched.ask({ type: "double", number: 1 }), Error, "a bug");
  assertEquals([told, worker.isTerminated], [["It ended: it threw a bug"], true]);
  const other = startWatched(world).watched;
  other.end();
  await assertRejects(() => other.ask({ type: "double", number: 1 }), Error, "It is ended");
});
