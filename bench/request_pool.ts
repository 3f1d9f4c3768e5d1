import { MsgpackWriter } from "../rpc/mod.ts";
import { keyOf, valueBytes } from "./keys.ts";
import type { LoadMethod, LoadProtocol } from "./load_protocol.ts";

/** What the requests of a pool are. */
export interface RequestPoolOptions {
  protocol: LoadProtocol;
  method: LoadMethod;
  /** Requests of a batch. */
  depth: number;
  /** The key of a request. */
  key: () => string;
}

/** Requests of a pool: so many that it does not matter that they come again. */
const poolRequests = 32_768;

/** Batches of requests, built before the clock starts. */
export class RequestPool {
  readonly depth: number;
  #batches: readonly Uint8Array[];
  #next = 0;

  constructor({ protocol, method, depth, key }: RequestPoolOptions) {
    this.depth = depth;
    const writer = new MsgpackWriter(poolRequests * 16);
    const value = "v".repeat(valueBytes);
    const ends: number[] = [];
    for (let i = 0; i < poolRequests; i++) {
      protocol.writeRequest(writer, i % depth, method, key(), value);
      if (i % depth === depth - 1) ends.push(writer.length);
    }
    const bytes = writer.written();
    this.#batches = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
  }

  /** The next batch; after the last comes the first. */
  next(): Uint8Array {
    if (this.#next === this.#batches.length) this.#next = 0;
    return this.#batches[this.#next++];
  }
}

/** The key of a request that may be for any of the first `count`. */
export function anyKey(count: number): () => string {
  return () => keyOf(Math.floor(Math.random() * count));
}
