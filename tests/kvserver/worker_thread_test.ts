import { ThreadEndedError, WorkerThread } from "../../kvserver/worker_thread.ts";
import type { WorkerReply, WorkerRequest } from "../../kvserver/worker_messages.ts";
import { defaultLimits } from "../../limits.ts";
import { silentLogger } from "../../log/mod.ts";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "../deps.ts";
import { awakeEnvironment } from "../../rpc/mod.ts";
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
    const environment = awakeEnvironment(world.environment());
    const thread = new WorkerThread(1, environment, silentLogger, (error) => ends.push(error));
    return { environment, thread, ends, worker: FakeWorker.started.at(-1)! };
  } finally {
    globalThis.Worker = RealWorker;
  }
}

testInWorld(
  "a thread is asked now and then whether it is there, and may be idle",
  async (world) => {
    const { environment, thread, ends, worker } = startThread(world);
    await world.advance(10 * defaultLimits.threadPatienceMs);
    assertEquals([ends.length, worker.asked.length], [
      0,
      10 * defaultLimits.threadPatienceMs / defaultLimits.threadBeatMs,
    ]);
    thread.end();
    assert(worker.isTerminated);
    environment.close();
  },
);

testInWorld("a thread that answers nothing for long counts as ended, and is", async (world) => {
  const { environment, thread, ends, worker } = startThread(world);
  await world.advance(defaultLimits.threadPatienceMs);
  worker.isAlive = false;
  await world.advance(defaultLimits.threadPatienceMs);
  assertEquals([ends.length, worker.isTerminated], [0, false]);
  const open = thread.close();
  const rejected = assertRejects(() => open, Error, "ended");
  await world.advance(defaultLimits.threadBeatMs);
  assertInstanceOf(ends[0], ThreadEndedError);
  assertMatch(ends[0].message, /^Thread 1 of the server ended: it is silent for \d+ ms$/);
  assert(worker.isTerminated);
  await rejected;
  await assertRejects(() => thread.close(), Error, "ended");
  await world.advance(10 * defaultLimits.threadPatienceMs);
  assertEquals(ends.length, 1);
  environment.close();
});

testInWorld(
  "a thread outlives a process that stands still, whatever is late then",
  async (world) => {
    const { environment, thread, ends, worker } = startThread(world);
    for (let i = 0; i < 10; i++) {
      await world.advance(defaultLimits.threadBeatMs - 1);
      world.spend(2 * defaultLimits.threadPatienceMs);
    }
    await world.advance(defaultLimits.threadPatienceMs);
    assertEquals([ends.length, worker.isTerminated], [0, false]);
    thread.end();
    environment.close();
  },
);
