import { MsgpackWriter } from "../rpc/mod.ts";
import { keyOf, shortValue } from "./keys.ts";
import type { LoadMethod, LoadProtocol, LoadValue } from "./load_protocol.ts";

/** What the requests of a pool are. */
export interface RequestPoolOptions {
  protocol: LoadProtocol;
  method: LoadMethod;
  /** Requests of a batch. */
  depth: number;
  /** The key of a request. */
  key: () => string;
  /** The value of a Put; default: a short one. */
  value?: LoadValue;
}

/** Requests of a pool: so many that it does not matter that they come again. */
const poolRequests = 32_768;
/** Bytes that the values of a pool may take together: of long ones there are fewer. */
const poolBytesMax = 64 * 1024 * 1024;

/** Batches of requests, built before the clock starts. */
export class RequestPool {
  readonly depth: number;
  #batches: readonly Uint8Array[];
  #next = 0;

  constructor({ protocol, method, depth, key, value = shortValue }: RequestPoolOptions) {
    this.depth = depth;
    const writer = new MsgpackWriter(poolRequests * 16);
    const batches = Math.ceil(Math.min(poolRequests, poolBytesMax / value.length) / depth);
    const ends: number[] = [];
    for (let i = 0; i < batches * depth; i++) {
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
