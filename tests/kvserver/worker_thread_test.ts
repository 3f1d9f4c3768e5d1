import { ThreadEndedError } from "../../kvserver/thread/thread_ended_error.ts";
import type {
  WorkerEvent,
  WorkerFailure,
  WorkerRequest,
} from "../../kvserver/thread/worker_messages.ts";
import { WorkerThread } from "../../kvserver/thread/worker_thread.ts";
import { defaultLimits } from "../../limits.ts";
import { silentLogger } from "../../log/mod.ts";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "../deps.ts";
import { FakeWorker } from "../support/fake_worker.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

const { threadBeatMs, threadPatienceMs } = defaultLimits;

/** A thread in a Worker that runs nothing, and how it ended. */
function startThread(world: SimulatedWorld) {
  const worker = new FakeWorker<WorkerRequest, WorkerEvent, WorkerFailure>({
    handle: () => undefined,
    failureOf: () => undefined,
  });
  const RealWorker = globalThis.Worker;
  globalThis.Worker = function () {
    return worker;
  } as unknown as typeof Worker;
  const ends: ThreadEndedError[] = [];
  try {
    const thread = new WorkerThread(
      1,
      world.environment(),
      silentLogger,
      (error) => ends.push(error),
    );
    return { thread, ends, worker };
  } finally {
    globalThis.Worker = RealWorker;
  }
}

testInWorld(
  "a thread is asked now and then whether it is there, and may be idle",
  async (world) => {
    const { thread, ends, worker } = startThread(world);
    await world.advance(10 * threadPatienceMs);
    assertEquals([ends.length, worker.posted], [0, 10 * threadPatienceMs / threadBeatMs]);
    thread.end();
    assert(worker.isTerminated);
  },
);

testInWorld("a thread that answers nothing for long counts as ended, and is", async (world) => {
  const { thread, ends, worker } = startThread(world);
  await world.advance(threadPatienceMs);
  worker.hangs = true;
  await world.advance(threadPatienceMs);
  assertEquals([ends.length, worker.isTerminated], [0, false]);
  const rejected = assertRejects(() => thread.close(), ThreadEndedError, "silent");
  await world.advance(threadBeatMs);
  assertInstanceOf(ends[0], ThreadEndedError);
  assertMatch(ends[0].message, /^Thread 1 of the server ended: it is silent for \d+ ms$/);
  assert(worker.isTerminated);
  await rejected;
  await assertRejects(() => thread.close(), ThreadEndedError, "silent");
  await world.advance(10 * threadPatienceMs);
  assertEquals(ends.length, 1);
});

testInWorld(
  "a thread outlives a process that stands still, whatever is late then",
  async (world) => {
    const { thread, ends, worker } = startThread(world);
    for (let i = 0; i < 10; i++) {
      await world.advance(threadBeatMs - 1);
      world.spend(2 * threadPatienceMs);
    }
    await world.advance(threadPatienceMs);
    assertEquals([ends.length, worker.isTerminated], [0, false]);
    thread.end();
  },
);
