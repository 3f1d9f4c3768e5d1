import { defaultLimits } from "../../limits.ts";
import { type ByteStream, delayedTransport, realEnvironment, tcpTransport } from "../../rpc/mod.ts";
import { assertEquals, assertGreater, assertLess, assertRejects } from "../deps.ts";
import { sleep } from "../support/until.ts";

const delayMs = 200;
const mebibyte = 1024 * 1024;

/** A connection over a delayed wire, from its near end to its far end. */
class DelayedPair implements Disposable {
  static async connect(): Promise<DelayedPair> {
    const wire = delayedTransport(tcpTransport, delayMs, realEnvironment);
    const listener = wire.listen("127.0.0.1", 0);
    const [near, far] = await Promise.all([wire.connect(listener.address), listener.accept()]);
    listener.close();
    return new DelayedPair(near, far!);
  }

  private constructor(readonly near: ByteStream, readonly far: ByteStream) {}

  [Symbol.dispose](): void {
    this.near.close();
    this.far.close();
  }
}

Deno.test("a delayed wire keeps order, and each write takes its time", async () => {
  using pair = await DelayedPair.connect();
  const sentMs: number[] = [];
  const sending = (async () => {
    for (let i = 0; i < 20; i++) {
      sentMs.push(performance.now());
      const reused = Uint8Array.of(i);
      await pair.near.write(reused);
      reused.fill(255);
      if (i % 4 === 0) await sleep(15);
    }
  })();
  const buffer = new Uint8Array(100);
  for (let received = 0; received < 20;) {
    const count = await pair.far.read(buffer);
    const nowMs = performance.now();
    for (const i of buffer.subarray(0, count!)) {
      assertEquals(i, received++);
      // Timers may be early by a millisecond.
      assertGreater(nowMs - sentMs[i], delayMs - 2);
    }
  }
  await sending;
});

Deno.test("what comes back over a delayed wire is not delayed", async () => {
  using pair = await DelayedPair.connect();
  const startMs = performance.now();
  await pair.far.write(Uint8Array.of(1));
  assertEquals(await pair.near.read(new Uint8Array(1)), 1);
  assertLess(performance.now() - startMs, delayMs);
});

Deno.test("the end of a delayed wire comes after what was written", async () => {
  using pair = await DelayedPair.connect();
  await pair.near.write(Uint8Array.of(7));
  const ended = pair.near.closeWrite();
  assertEquals(await readAll(pair.far), [7]);
  await ended;
});

Deno.test("a delayed wire that is closed forgets what is on it, and takes no more", async () => {
  using pair = await DelayedPair.connect();
  const reading = pair.near.read(new Uint8Array(1)).catch(() => null);
  await pair.near.write(Uint8Array.of(7));
  pair.near.close();
  pair.near.close();
  assertEquals(await readAll(pair.far), []);
  await assertRejects(() => pair.near.write(Uint8Array.of(8)));
  assertEquals(await reading, null);
});

Deno.test("a write to a full delayed wire waits for room, and fails when it is closed", async () => {
  using pair = await DelayedPair.connect();
  const chunk = new Uint8Array(8 * mebibyte);
  for (let bytes = 0; bytes <= defaultLimits.delayedBytesMax; bytes += chunk.length) {
    await pair.near.write(chunk);
  }
  let settled = false;
  const waiting = pair.near.write(chunk);
  const outcome = waiting.then(() => "written", () => "failed").finally(() => settled = true);
  await sleep(0);
  assertEquals(settled, false);
  pair.near.close();
  assertEquals(await outcome, "failed");
});

async function readAll(stream: ByteStream): Promise<number[]> {
  const bytes: number[] = [];
  const buffer = new Uint8Array(100);
  for (;;) {
    const count = await stream.read(buffer);
    if (count === null) return bytes;
    bytes.push(...buffer.subarray(0, count));
  }
}
