/** Requests of one connection for Puts. */
export interface PutRequests {
  /** Counter of the connection's inbox. */
  readonly inbox: number;
  readonly msgids: readonly number[];
}

/**
 * Puts that are answered when they are on disk, in the order in which they were taken: which answers
 * may go. Those that were taken since the last message to the disk go with the next.
 */
export class HeldPuts {
  #held: PutRequests[] = [];
  /** The messages that they went with, and where in `held` that ends. */
  #sent: { message: number; end: number }[] = [];
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** Holds the answers to some. */
  hold(requests: PutRequests): void {
    this.#held.push(requests);
    this.#size += requests.msgids.length;
  }

  /** All that were held so far went with messages up to this one. */
  sentWith(message: number): void {
    this.#sent.push({ message, end: this.#held.length });
  }

  /** Takes out those that went with messages up to this one. */
  release(message: number): PutRequests[] {
    let end = 0;
    while (this.#sent.length > 0 && this.#sent[0].message <= message) {
      end = this.#sent.shift()!.end;
    }
    for (const sent of this.#sent) sent.end -= end;
    return this.#take(end);
  }

  /** Takes out all of them. */
  releaseAll(): PutRequests[] {
    this.#sent = [];
    return this.#take(this.#held.length);
  }

  #take(count: number): PutRequests[] {
    const taken = this.#held.splice(0, count);
    for (const { msgids } of taken) this.#size -= msgids.length;
    return taken;
  }
}
