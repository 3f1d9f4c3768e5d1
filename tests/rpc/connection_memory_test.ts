import { MemoryAccount } from "../../rpc/memory_account.ts";
import { type ByteStream, realEnvironment } from "../../rpc/mod.ts";
import { ServedConnection } from "../../rpc/served_connection.ts";
import { assertEquals, assertLess, assertLessOrEqual } from "../deps.ts";
import { frameHeader, requestFrame } from "../support/rpc/wire.ts";
import { testInWorld } from "../support/simulation.ts";
import { execute } from "./rpc_server.ts";

const MiB = 1024 * 1024;

/** An account that remembers the most that was ever charged to it. */
class RecordingAccount extends MemoryAccount {
  mostBytes = 0;

  override charge(bytes: number): void {
    super.charge(bytes);
    this.mostBytes = Math.max(this.mostBytes, this.bytes);
  }
}

/** All sockets have something to read at once. */
let turn = Promise.withResolvers<void>();

/** A socket that brings parts of one frame of 8 MiB, in each turn as much as there is room for. */
class PartStream implements ByteStream {
  readonly peer = "half:1";
  #isFirst = true;

  async read(into: Uint8Array): Promise<number> {
    await turn.promise;
    if (this.#isFirst) into.set(frameHeader(8 * MiB));
    this.#isFirst = false;
    return into.length;
  }

  async write(): Promise<void> {}
  async closeWrite(): Promise<void> {}
  close(): void {}
}

testInWorld(
  "connections that are read at the same moment pass the bound by what one grows by",
  async (world) => {
    const memory = new RecordingAccount(16 * MiB);
    const environment = Object.defineProperty(world.environment(), "memory", { value: memory });
    const connections = Array.from(
      { length: 32 },
      () => new ServedConnection(new PartStream(), environment, () => ({ execute })),
    );
    let ended = 0;
    const serving = connections.map((connection) => connection.serve(() => ended++));
    // A buffer of 1 KiB has become one of 8 MiB by then.
    for (let i = 0; i < 14; i++) {
      turn.resolve();
      turn = Promise.withResolvers();
      await world.advance(1);
    }
    assertLessOrEqual(memory.mostBytes, memory.maxBytes + 4 * MiB);
    for (const connection of connections) connection.close();
    turn.resolve();
    await Promise.all(serving);
    assertEquals(memory.bytes, 0);
  },
);

Deno.test("frames that are executed where they lie stay whole when their connection is closed meanwhile", async () => {
  const memory = new MemoryAccount();
  const sent = requestFrame(1, "Put", ["key", "v".repeat(300_000)]);
  let rest = sent;
  let executed: Uint8Array | undefined;
  let held = 0;
  const stream: ByteStream = {
    peer: "peer:1",
    read(into) {
      const count = Math.min(into.length, rest.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return Promise.resolve(count);
    },
    write: () => Promise.resolve(),
    closeWrite: () => Promise.resolve(),
    close: () => {},
  };
  let fail = (_: Error) => {};
  const connection = new ServedConnection(stream, { ...realEnvironment, memory }, () => ({
    isInPlace: true,
    execute(frames) {
      executed = frames;
      held = connection.heldBytes;
      return new Promise((_, reject) => fail = reject);
    },
    close: () => fail(new Error("closed")),
  }));
  const served = connection.serve(() => {});
  while (executed === undefined) await null;
  connection.close();
  await served;
  assertEquals([executed, memory.bytes], [sent, 0]);
  // One buffer, and no copy.
  assertLess(held, 1.3 * sent.length);
});
