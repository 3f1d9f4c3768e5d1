import type { ByteStream } from "../../rpc/mod.ts";
import { ServedConnection } from "../../rpc/served_connection.ts";
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
