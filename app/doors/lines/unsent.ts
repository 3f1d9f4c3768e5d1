import { doorLimits } from "../../../limits.ts";

/** What was sent to a client, which may not take it: a connection that takes too little is ended. */
export class Unsent {
  readonly #send: (bytes: Uint8Array) => void;
  readonly #end: () => void;
  #bytes = 0;
  #isOver = false;

  /** @param end ends the connection, not long after what was sent is taken, or not */
  constructor(send: (bytes: Uint8Array) => void, end: () => void) {
    this.#send = send;
    this.#end = end;
  }

  /** Bytes that are not taken, as far as that is known. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Sends more. */
  send(bytes: Uint8Array): void {
    if (this.#isOver || bytes.length === 0) return;
    this.#bytes += bytes.length;
    if (this.#bytes > doorLimits.unsentBytesMax) this.end();
    else this.#send(bytes);
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
