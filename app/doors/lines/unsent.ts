import { doorLimits } from "../../../limits.ts";

/**
 * What was sent to a client, which may not take it: a connection that takes too little is ended.
 *
 * @typeParam T what is sent
 */
export class Unsent<T = Uint8Array> {
  readonly #send: (what: T) => void;
  readonly #bytesOf: (what: T) => number;
  readonly #end: () => void;
  #bytes = 0;
  #isOver = false;

  /** @param end ends the connection, not long after what was sent is taken, or not */
  constructor(send: (what: T) => void, end: () => void, bytesOf: (what: T) => number) {
    this.#send = send;
    this.#bytesOf = bytesOf;
    this.#end = end;
  }

  /** Bytes that are not taken, as far as that is known. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Sends more. */
  send(what: T): void {
    const bytes = this.#bytesOf(what);
    if (this.#isOver || bytes === 0) return;
    this.#bytes += bytes;
    if (this.#bytes > doorLimits.unsentBytesMax) this.end();
    else this.#send(what);
  }

  /** All was taken. */
  taken(): void {
    this.#bytes = 0;
  }

  /** Nothing more is sent. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#end();
  }
}
