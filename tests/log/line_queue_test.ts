import { LineQueue } from "../../log/mod.ts";
import { logLimits } from "../../limits.ts";
import { assert, assertEquals, assertLessOrEqual } from "../deps.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

/** A stream that takes bytes as a test lets it. */
class FakeStream {
  text = "";
  /** What a write does; by default it takes all. */
  onWrite: (bytes: Uint8Array) => Promise<number> = (bytes) => Promise.resolve(bytes.length);
  readonly queue: LineQueue;

  constructor(world: SimulatedWorld) {
    this.queue = new LineQueue({
      timers: world.environment(),
      write: async (bytes) => {
        const count = await this.onWrite(bytes);
        this.text += new TextDecoder().decode(bytes.subarray(0, count));
        return count;
      },
      lostLine: (count) => `${count} lost`,
    });
  }

  get lines(): string[] {
    return this.text.split("\n").slice(0, -1);
  }
}

const refuse = (type: new (message: string) => Error) => () => Promise.reject(new type("no"));

testInWorld(
  "a LineQueue writes lines in order, whatever part of them a write takes",
  async (world) => {
    const stream = new FakeStream(world);
    stream.onWrite = (bytes) => Promise.resolve(Math.min(3, bytes.length));
    for (const line of ["first", "", "second"]) stream.queue.push(line);
    await stream.queue.flush(100);
    assertEquals(stream.lines, ["first", "", "second"]);
  },
);

testInWorld("a LineQueue tries again when the stream is full for now", async (world) => {
  const stream = new FakeStream(world);
  for (const type of [Deno.errors.WouldBlock, Deno.errors.Busy]) {
    stream.onWrite = refuse(type);
    stream.queue.push("a");
    await world.advance(1_000);
    stream.onWrite = (bytes) => Promise.resolve(bytes.length);
    await world.complete(stream.queue.flush(100));
  }
  assertEquals(stream.lines, ["a", "a"]);
});

testInWorld(
  "a LineQueue holds so many bytes, counts what is lost, and says so in its place",
  async (world) => {
    const stream = new FakeStream(world);
    const { promise: isRead, resolve: read } = Promise.withResolvers<void>();
    stream.onWrite = async (bytes) => (await isRead, bytes.length);
    const line = "x".repeat(1_023);
    for (let i = 0; i < 5_000; i++) stream.queue.push(line);
    const kept = logLimits.queueBytesMax / 1_024;
    await world.complete(stream.queue.flush(500));
    assertEquals(stream.text, "");
    read();
    await world.advance(0);
    assertEquals(stream.lines.length, kept + 1);
    assertEquals(stream.lines.at(-1), `${5_000 - kept} lost`);
    stream.queue.push("after");
    await world.advance(0);
    assertEquals(stream.lines.at(-1), "after");
  },
);

testInWorld(
  "a LineQueue says what a stream refused, once it takes something again",
  async (world) => {
    const stream = new FakeStream(world);
    stream.onWrite = refuse(Error);
    for (let i = 0; i < 7; i++) {
      stream.queue.push("lost");
      await world.advance(10);
    }
    assertEquals(world.pendingTimers, 0);
    stream.onWrite = (bytes) => Promise.resolve(bytes.length);
    stream.queue.push("after");
    await world.advance(0);
    assertEquals(stream.lines, ["7 lost", "after"]);
  },
);

testInWorld("a LineQueue gives up a stream whose reader is gone", async (world) => {
  const stream = new FakeStream(world);
  let writes = 0;
  stream.onWrite = () => (writes++, refuse(Deno.errors.BrokenPipe)());
  for (let i = 0; i < 100; i++) stream.queue.push("a");
  await stream.queue.flush(500);
  stream.queue.push("b");
  await world.advance(0);
  assertLessOrEqual(writes, 100);
  assert(stream.text === "");
  assertEquals(world.pendingTimers, 0);
});
