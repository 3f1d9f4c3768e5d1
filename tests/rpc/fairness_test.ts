import type { ByteStream } from "../../rpc/mod.ts";
import { ServedConnection } from "../../rpc/served_connection.ts";
import { TurnedWriter } from "../../rpc/turned_writer.ts";
import { assert, assertEquals, assertLess } from "../deps.ts";
import { concat, requestFrame } from "../support/rpc/wire.ts";
import { testInWorld } from "../support/simulation.ts";
import { execute } from "./rpc_server.ts";

// What one connection may do to the others of its thread by never pausing.

// Frames of one length.
const ids = Array.from({ length: 2_000 }, (_, i) => 1_000 + i);
const flood = concat(...ids.map((id) => requestFrame(id, "Ping", [])));
const frameBytes = flood.length / ids.length;

/** A socket that always has something to read, and takes all that is written, at once. */
class EndlessStream implements ByteStream {
  readonly peer = "flood:1";
  reads = 0;
  #closed = false;

  constructor(readonly readsMax: number) {}

  read(into: Uint8Array): Promise<number | null> {
    if (this.#closed || this.reads === this.readsMax) return Promise.resolve(null);
    this.reads++;
    const count = Math.min(into.length, flood.length);
    into.set(flood.subarray(0, count));
    return Promise.resolve(count - count % frameBytes);
  }

  async write(): Promise<void> {}
  async closeWrite(): Promise<void> {}
  close(): void {
    this.#closed = true;
  }
}

testInWorld("a connection that never pauses keeps no timer waiting", async (world) => {
  const environment = world.environment();
  const stream = new EndlessStream(10_000);
  const serve = () => ({
    execute(frames: Uint8Array) {
      world.spend(1);
      return execute(frames);
    },
  });
  const serving = new ServedConnection(stream, environment, serve).serve(() => {});
  let reads: number | undefined;
  environment.after(10, () => reads = stream.reads);
  await world.complete(serving);
  assert(reads !== undefined);
  assertLess(reads, 20);
  assertEquals(stream.reads, stream.readsMax);
});

testInWorld(
  "a long reply to a socket that takes all of it at once keeps no timer waiting",
  async (world) => {
    const environment = world.environment();
    const { writtenAtOnceBytesMax } = environment.limits;
    const reply = Uint8Array.from({ length: 100 * writtenAtOnceBytesMax + 5 }, (_, i) => i);
    const written: Uint8Array[] = [];
    const stream: ByteStream = {
      peer: "reader:1",
      read: () => Promise.resolve(null),
      write(bytes) {
        written.push(bytes);
        world.spend(1);
        return Promise.resolve();
      },
      closeWrite: () => Promise.resolve(),
      close() {},
    };
    const writer = new TurnedWriter(stream, environment.slices, environment.limits);
    let writes: number | undefined;
    environment.after(10, () => writes = written.length);
    await world.complete(writer.write(reply));
    assert(writes !== undefined);
    assertLess(writes, 20);
    assertEquals(concat(...written), reply);
    assert(written.every(({ length }) => length <= writtenAtOnceBytesMax));
    writer.close();
  },
);

testInWorld(
  "what waits for its turn to be written is not written once its connection is closed",
  async (world) => {
    const environment = world.environment();
    let writes = 0;
    const stream: ByteStream = {
      peer: "reader:1",
      read: () => Promise.resolve(null),
      write() {
        writes++;
        world.spend(environment.limits.connectionSliceMs);
        return Promise.resolve();
      },
      closeWrite: () => Promise.resolve(),
      close() {},
    };
    const writer = new TurnedWriter(stream, environment.slices, environment.limits);
    const writing = writer.write(new Uint8Array(10 * environment.limits.writtenAtOnceBytesMax));
    while (writes === 0) await null;
    writer.close();
    const failed = await writing.then(() => false, () => true);
    assertEquals([failed, writes], [true, 1]);
  },
);
