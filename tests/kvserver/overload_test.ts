import { assert, assertEquals, assertGreater, assertLess, assertLessOrEqual } from "../deps.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { concat, frameHeader, requestFrame } from "../support/rpc/wire.ts";
import { until } from "../support/until.ts";
import { serve, type Serving } from "./serving.ts";

const MiB = 1024 * 1024;
const maxMemory = 96 * MiB;
const overloadMs = 3_000;

/** A batch of Puts, Gets and Lists whose answers are many times as long as itself. */
const batch = concat(...Array.from({ length: 30 }, (_, i) => {
  if (i % 10 === 0) return requestFrame(i, "Put", [`put ${i}`, "v".repeat(100_000)]);
  return i % 10 === 5 ? requestFrame(i, "List", ["entry"]) : requestFrame(i, "Get", [`entry ${i}`]);
}));

/** Sends batches and reads all answers until it is to stop. @returns how many answers came. */
async function ask(served: Serving, goesOn: () => boolean): Promise<number> {
  let answers = 0;
  while (goesOn()) {
    using socket = await RawSocket.connect(served.address);
    try {
      for (let i = 0; i < 10 && goesOn(); i++) {
        // In front of each answer there may be more than the network takes.
        const sent = socket.send(batch);
        for (let msgid = 0; msgid < 30; msgid++) {
          const [, answered, error] = await socket.reply();
          assertEquals(answered, msgid);
          if (error !== null) assertEquals(error[0], "overloaded");
          answers++;
        }
        await sent;
      }
    } catch (error) {
      // Whoever holds much is cut.
      if (!(error instanceof Deno.errors.ConnectionReset || isEnd(error))) throw error;
    }
  }
  return answers;
}

function isEnd(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.BadResource ||
    error instanceof Error && /ended/.test(error.message);
}

/** Opens connections, sends on each and reads nothing, again and again. */
async function hold(served: Serving, bytes: Uint8Array, goesOn: () => boolean): Promise<void> {
  const sockets: RawSocket[] = [];
  while (goesOn()) {
    const socket = await RawSocket.connect(served.address);
    sockets.push(socket);
    void socket.send(bytes).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  for (const socket of sockets) socket[Symbol.dispose]();
}

Deno.test("a server stands far more than it can do: within its memory, and soon as before", async () => {
  await using served = await serve({ maxMemory });
  for (let i = 0; i < 100; i++) await served.client.put(`entry ${i}`, "e".repeat(20_000));
  const half = new Uint8Array(3 * MiB);
  half.set(frameHeader(8 * MiB));
  const lists = concat(...Array.from({ length: 20 }, (_, i) => requestFrame(i, "List", ["entry"])));
  const endMs = performance.now() + overloadMs;
  const goesOn = () => performance.now() < endMs;
  const load = Promise.all([
    ...Array.from({ length: 30 }, () => ask(served, goesOn)),
    ...[half, half, lists].map((bytes) => hold(served, bytes, goesOn).then(() => 0)),
  ]);
  let mostBytes = 0;
  let polite = 0;
  while (goesOn()) {
    assertEquals(await served.client.get(`entry ${polite % 100}`), "e".repeat(20_000));
    mostBytes = Math.max(mostBytes, served.server.stats().memoryBytes);
    polite++;
  }
  const answers = (await load).reduce((sum, count) => sum + count, 0);
  // The rest is what one turn takes before it is looked at.
  assertLessOrEqual(mostBytes, maxMemory + 16 * MiB);
  assertGreater(mostBytes, maxMemory / 2);
  assertGreater(answers, 100);
  assertGreater(polite, 2);
  assert(served.faults.length > 0, "some were cut");
  const keptBytes = 4 * MiB;
  await until("all is as before", async () => {
    const { memoryBytes, connections } = await served.client.stats();
    return Number(memoryBytes) < 100 * 20_000 + keptBytes && connections === 1;
  });
  await served.client.put("after", "the load");
  assertEquals(await served.client.get("after"), "the load");
  assertLess(served.server.stats().memoryBytes, maxMemory / 4);
});
