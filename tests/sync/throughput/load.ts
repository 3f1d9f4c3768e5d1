import { MsgpackWriter, pause, realEnvironment } from "../../../rpc/mod.ts";
import { cmudProtocol, refusableProtocol } from "../../../bench/cmud_protocol.ts";
import { LoadConnection } from "../../../bench/load_connection.ts";

/** Bytes of a value. */
export const valueBytes = 1_024;
/** Puts of one batch. */
const batchPuts = 64;
const batchCount = 480;
/** Keys of one load: far more than are put between two messages. */
export const keysPerLoad = batchPuts * batchCount;
/** Digits at the end of a value, which tell the Puts of a key apart. */
const numberBytes = 9;

/** Puts that were taken, and refused. */
export interface PutCounts {
  readonly taken: number;
  readonly refused: number;
}

/** Puts numbered values at one server, key by key, and knows which one of each key was taken last. */
export class Load {
  #address: string;
  #number: number;
  #batches: Batch[];
  #next = 0;
  /** By key: the number of the value that was taken last; 0: none was. */
  #taken = new Uint32Array(keysPerLoad);
  #rounds = 0;

  /** @param number loads of different numbers have no key in common */
  constructor(address: string, number: number) {
    this.#address = address;
    this.#number = number;
    this.#batches = Array.from({ length: batchCount }, (_, batch) => {
      const first = batch * batchPuts;
      return new Batch(Array.from({ length: batchPuts }, (_, i) => this.keyOf(first + i)));
    });
  }

  /** @param i from 0 to `keysPerLoad - 1` */
  keyOf(i: number): string {
    return `load/${this.#number}/${i}`;
  }

  /** The value of a key that was taken last; `undefined`: none was. */
  lastTaken(i: number): string | undefined {
    return this.#taken[i] === 0 ? undefined : valueOf(this.#taken[i]);
  }

  /** How many keys have a value. */
  get keyCount(): number {
    return this.#taken.reduce((count, number) => number === 0 ? count : count + 1, 0);
  }

  /**
   * Puts at a pace; what it falls behind it does not make up for.
   *
   * @param connections each of which sends a batch when the one before is answered
   */
  async run(perSecond: number, seconds: number, connections: number): Promise<PutCounts> {
    const counts = await Promise.all(
      Array.from({ length: connections }, () => this.#put(perSecond / connections, seconds)),
    );
    return {
      taken: counts.reduce((sum, { taken }) => sum + taken, 0),
      refused: counts.reduce((sum, { refused }) => sum + refused, 0),
    };
  }

  async #put(perSecond: number, seconds: number): Promise<PutCounts> {
    let puts = 0;
    let refused = 0;
    let key = 0;
    let number = 0;
    const protocol = refusableProtocol((isRefused) => {
      if (isRefused) refused++;
      else this.#taken[key] = number;
      key++;
    });
    const connection = await LoadConnection.open(this.#address, { protocol });
    const endMs = performance.now() + seconds * 1_000;
    let dueMs = performance.now();
    while (performance.now() < endMs) {
      const at = this.#next;
      this.#next = (at + 1) % batchCount;
      if (at === 0) this.#rounds++;
      key = at * batchPuts;
      number = this.#rounds;
      await connection.exchange(this.#batches[at].numbered(number), batchPuts);
      puts += batchPuts;
      const nowMs = performance.now();
      dueMs = Math.max(dueMs + batchPuts / perSecond * 1_000, nowMs - 100);
      if (dueMs > nowMs) await pause(realEnvironment, dueMs - nowMs);
    }
    connection.close();
    return { taken: puts - refused, refused };
  }
}

function valueOf(number: number): string {
  return `${number}`.padStart(numberBytes, "0").padStart(valueBytes, "v");
}

/** Requests for Puts of some keys, made once, with values that differ in their numbers. */
class Batch {
  #bytes: Uint8Array;
  #numbersAt: number[] = [];

  constructor(keys: readonly string[]) {
    const writer = new MsgpackWriter(keys.length * (valueBytes + 64));
    for (const [i, key] of keys.entries()) {
      cmudProtocol.writeRequest(writer, i, "Put", key, valueOf(0));
      // A request ends with its value.
      this.#numbersAt.push(writer.written().length - numberBytes);
    }
    this.#bytes = writer.written();
  }

  /** The requests with values of this number, valid until the next call. */
  numbered(number: number): Uint8Array {
    const digits = new TextEncoder().encode(`${number}`.padStart(numberBytes, "0"));
    for (const at of this.#numbersAt) this.#bytes.set(digits, at);
    return this.#bytes;
  }
}
