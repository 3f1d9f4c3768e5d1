import { ThreadEndedError, WorkerThread } from "../../kvserver/worker_thread.ts";
import type { WorkerReply, WorkerRequest } from "../../kvserver/worker_messages.ts";
import { threadBeatMs, threadPatienceMs } from "../../limits.ts";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "../deps.ts";
import type { SimulatedWorld } from "../support/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

/** A Worker that runs nothing, and answers what it is asked while it is said to live. */
class FakeWorker {
  static started: FakeWorker[] = [];
  isAlive = true;
  isTerminated = false;
  asked: WorkerRequest[] = [];
  onmessage: (event: { data: WorkerReply }) => void = () => {};

  constructor() {
    FakeWorker.started.push(this);
  }

  postMessage(request: WorkerRequest): void {
    this.asked.push(request);
    if (this.isAlive) this.onmessage({ data: { type: "done", result: null } });
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

/** A thread in such a Worker, and how it ended. */
function startThread(world: SimulatedWorld) {
  const RealWorker = globalThis.Worker;
  globalThis.Worker = FakeWorker as unknown as typeof Worker;
  const ends: ThreadEndedError[] = [];
  try {
    const thread = new WorkerThread(1, world.environment(), (error) => ends.push(error));
    return { thread, ends, worker: FakeWorker.started.at(-1)! };
  } finally {
    globalThis.Worker = RealWorker;
  }
}

testInWorld(
  "a thread is asked now and then whether it is there, and may be idle",
  async (world) => {
    const { thread, ends, worker } = startThread(world);
    await world.advance(10 * threadPatienceMs);
    assertEquals([ends.length, worker.asked.length], [0, 10 * threadPatienceMs / threadBeatMs]);
    thread.end();
    assert(worker.isTerminated);
  },
);

testInWorld("a thread that answers nothing for long counts as ended, and is", async (world) => {
  const { thread, ends, worker } = startThread(world);
  await world.advance(threadPatienceMs);
  worker.isAlive = false;
  await world.advance(threadPatienceMs);
  assertEquals([ends.length, worker.isTerminated], [0, false]);
  const open = thread.close();
  const rejected = assertRejects(() => open, Error, "ended");
  await world.advance(threadBeatMs);
  assertInstanceOf(ends[0], ThreadEndedError);
  assertMatch(ends[0].message, /^Thread 1 of the server ended: it is silent for \d+ ms$/);
  assert(worker.isTerminated);
  await rejected;
  await assertRejects(() => thread.close(), Error, "ended");
  await world.advance(10 * threadPatienceMs);
  assertEquals(ends.length, 1);
});
