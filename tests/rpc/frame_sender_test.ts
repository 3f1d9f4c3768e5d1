import { type ByteStream, FrameSender, MemoryAccount, realEnvironment } from "../../rpc/mod.ts";
import { assertEquals, assertLess } from "../deps.ts";

/** A stream whose writes end when the test says so. */
class HeldStream {
  readonly peer = "peer:1";
  written: number[][] = [];
  #settle: { resolve(): void; reject(error: Error): void }[] = [];

  write(bytes: Uint8Array): Promise<void> {
    this.written.push([...bytes]);
    return new Promise((resolve, reject) => this.#settle.push({ resolve, reject }));
  }

  async done(error?: Error): Promise<void> {
    const { resolve, reject } = this.#settle.shift()!;
    if (error === undefined) resolve();
    else reject(error);
    await turns();
  }
}

/** Lets all promises that are due go on. */
async function turns(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

function start(memory = new MemoryAccount()) {
  const events: string[] = [];
  const sender = new FrameSender({ ...realEnvironment, memory, soon: queueMicrotask }, {
    leaving: () => events.push("leaving"),
    written: () => events.push("written"),
    failed: (_stream, error) => events.push((error as Error).message),
  });
  const send = (byte: number) => {
    sender.frames.raw(Uint8Array.of(byte));
    sender.send();
  };
  const stream = new HeldStream();
  const begin = (to: HeldStream) => sender.begin(to as unknown as ByteStream);
  return { events, sender, send, stream, begin };
}

Deno.test("FrameSender writes the frames of one turn at once, and the next behind that", async () => {
  const { events, sender, send, stream, begin } = start();
  begin(stream);
  send(1);
  send(2);
  assertEquals([stream.written, sender.waitingBytes], [[], 2]);
  await turns();
  assertEquals(stream.written, [[1, 2]]);
  send(3);
  await turns();
  assertEquals([stream.written.length, sender.waitingBytes], [1, 3]);
  await stream.done();
  assertEquals(stream.written, [[1, 2], [3]]);
  await stream.done();
  assertEquals([events, sender.waitingBytes], [["leaving", "written", "leaving", "written"], 0]);
});

Deno.test("FrameSender keeps what is gathered when it has no stream", async () => {
  const { send, sender, stream, begin } = start();
  send(1);
  await turns();
  assertEquals([stream.written, sender.waitingBytes], [[], 1]);
  begin(stream);
  await turns();
  sender.end();
  send(2);
  await stream.done();
  assertEquals([stream.written, sender.waitingBytes], [[[1]], 1]);
  sender.discard();
  assertEquals(sender.waitingBytes, 0);
});

Deno.test("FrameSender forgets what was leaving when its write fails, and goes on elsewhere", async () => {
  const { events, send, sender, stream, begin } = start();
  begin(stream);
  send(1);
  await turns();
  send(2);
  const next = new HeldStream();
  begin(next);
  await stream.done(new Error("lost"));
  assertEquals([events, next.written], [["leaving", "lost", "leaving"], [[2]]]);
  await next.done();
  assertEquals(sender.waitingBytes, 0);
});

Deno.test("FrameSender gives back what a burst took when others are short", async () => {
  const memory = new MemoryAccount();
  const { sender, send, stream, begin } = start(memory);
  begin(stream);
  send(1);
  await turns();
  await stream.done();
  const before = memory.bytes;
  for (let i = 0; i < 40; i++) {
    if (i < 4) sender.frames.raw(new Uint8Array(500_000));
    send(i);
    await turns();
    if (i === 4) assertLess(2 * before, memory.bytes);
    await stream.done();
  }
  assertEquals(memory.bytes, before);
  sender.close();
  assertEquals(memory.bytes, 0);
});
