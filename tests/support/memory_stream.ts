import type { ByteStream } from "../../rpc/mod.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";

/** How bytes travel to and from an address; a change holds for what is written from then on. */
export interface Conditions {
  /** One-way latency. */
  latencyMs: number;
  /** Bytes of one direction of a connection that nobody has read yet; a writer waits at so many. */
  windowBytes: number;
}

/**
 * One direction of a connection.
 *
 * Invariant: `#unreadBytes` are on their way or wait for the reader, and never exceed the window;
 * the rest waits with its writer.
 */
export class Pipe {
  #world: SimulatedWorld;
  #conditions: Conditions;
  #writers: { rest: Uint8Array; resolve(): void; reject(error: Error): void }[] = [];
  #writeError: Error | undefined;
  #reader?: { into: Uint8Array; resolve(count: number | null): void; reject(error: Error): void };
  #readError: Error | undefined;
  #arrived: Uint8Array[] = [];
  #ended = false;
  #unreadBytes = 0;
  #lastArrivalMs = 0;
  /** Whether what is sent from now on gets lost on its way. */
  mute = false;

  constructor(world: SimulatedWorld, conditions: Conditions) {
    this.#world = world;
    this.#conditions = conditions;
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#writeError !== undefined) throw this.#writeError;
      this.#writers.push({ rest: bytes, resolve, reject });
      this.#serveWriters();
    });
  }

  read(into: Uint8Array): Promise<number | null> {
    return new Promise((resolve, reject) => {
      if (this.#readError !== undefined) throw this.#readError;
      if (this.#reader !== undefined) throw new Error("Cannot read: a read is under way");
      this.#reader = { into, resolve, reject };
      this.#serveReader();
    });
  }

  /** The reader gets what is on its way, then the end. */
  end(): void {
    this.#travel(() => {
      this.#ended = true;
      this.#serveReader();
    });
  }

  failWriter(error: Error): void {
    this.#writeError ??= error;
    for (const writer of this.#writers.splice(0)) writer.reject(this.#writeError);
  }

  /** What is on its way is lost. */
  failReader(error: Error): void {
    this.#readError ??= error;
    this.#reader?.reject(this.#readError);
    this.#reader = undefined;
    this.#arrived = [];
  }

  /** Looks again at a window that has become larger. */
  recheck(): void {
    this.#serveWriters();
  }

  /** The writer hears, a latency later, that nobody reads any more. */
  reportBroken(): void {
    this.#travel(() => this.failWriter(new Deno.errors.BrokenPipe("Broken pipe")));
  }

  #serveWriters(): void {
    while (this.#writers.length > 0) {
      const writer = this.#writers[0];
      const bytes = writer.rest.slice(0, this.#conditions.windowBytes - this.#unreadBytes);
      writer.rest = writer.rest.subarray(bytes.length);
      if (bytes.length > 0) this.#send(bytes);
      if (writer.rest.length > 0) return;
      this.#writers.shift();
      writer.resolve();
    }
  }

  #send(bytes: Uint8Array): void {
    this.#unreadBytes += bytes.length;
    this.#travel(() => {
      if (this.#readError !== undefined) return;
      this.#arrived.push(bytes);
      this.#serveReader();
    });
  }

  #serveReader(): void {
    if (this.#reader === undefined || (this.#arrived.length === 0 && !this.#ended)) return;
    const { into, resolve } = this.#reader;
    this.#reader = undefined;
    if (this.#arrived.length === 0) return resolve(null);
    const [first] = this.#arrived;
    const count = Math.min(into.length, first.length);
    into.set(first.subarray(0, count));
    if (count === first.length) this.#arrived.shift();
    else this.#arrived[0] = first.subarray(count);
    this.#unreadBytes -= count;
    resolve(count);
    this.#serveWriters();
  }

  /** Calls `onArrival` a latency later, never before what was sent earlier. */
  #travel(onArrival: () => void): void {
    if (this.mute) return;
    const { nowMs } = this.#world;
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, nowMs + this.#conditions.latencyMs);
    if (this.#lastArrivalMs === nowMs) this.#world.soon(onArrival);
    else this.#world.after(this.#lastArrivalMs - nowMs, onArrival);
  }
}

/** One end of a connection in memory; it counts what goes through. */
export class MemoryStream implements ByteStream {
  readonly peer: string;
  /** Calls of `write`. */
  writes = 0;
  /** Bytes given to `write`, whether they left or not. */
  bytesWritten = 0;
  bytesRead = 0;
  /** Whether its owner closed it. */
  closed = false;
  #incoming: Pipe;
  #outgoing: Pipe;

  constructor(peer: string, incoming: Pipe, outgoing: Pipe) {
    this.peer = peer;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  async read(into: Uint8Array): Promise<number | null> {
    const count = await this.#incoming.read(into);
    this.bytesRead += count ?? 0;
    return count;
  }

  write(bytes: Uint8Array): Promise<void> {
    this.writes++;
    this.bytesWritten += bytes.length;
    return this.#outgoing.write(bytes);
  }

  closeWrite(): Promise<void> {
    this.#outgoing.failWriter(new Deno.errors.BrokenPipe("Broken pipe"));
    this.#outgoing.end();
    return Promise.resolve();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#outgoing.failWriter(new Deno.errors.Interrupted("The stream was closed"));
    this.#outgoing.end();
    this.#incoming.failReader(new Deno.errors.Interrupted("The stream was closed"));
    this.#incoming.reportBroken();
  }
}
