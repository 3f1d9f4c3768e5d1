/** Puts of one connection that may be answered. */
export interface ReleasedPuts {
  /** Counter of the connection's inbox. */
  inbox: number;
  /** Of their requests. */
  msgids: readonly number[];
}

/**
 * Puts that are answered when they are on disk, in the order in which they were taken: which answers
 * may go. Those that were taken since the last message to the disk go with the next.
 */
export class HeldPuts {
  /** Inbox and msgid of each, in turn. */
  #held: number[] = [];
  /** The messages that they went with, and where in `held` that ends. */
  #sent: { message: number; end: number }[] = [];

  /** How many there are. */
  get size(): number {
    return this.#held.length / 2;
  }

  /** Holds the answer to a request. */
  hold(inbox: number, msgid: number): void {
    this.#held.push(inbox, msgid);
  }

  /** All that were held so far went with messages up to this one. */
  sentWith(message: number): void {
    this.#sent.push({ message, end: this.#held.length });
  }

  /** Takes out those that went with messages up to this one, all that follow one another together. */
  release(message: number): ReleasedPuts[] {
    let end = 0;
    while (this.#sent.length > 0 && this.#sent[0].message <= message) {
      end = this.#sent.shift()!.end;
    }
    for (const sent of this.#sent) sent.end -= end;
    return runsOf(this.#held.splice(0, end));
  }

  /** Takes out all of them. */
  releaseAll(): ReleasedPuts[] {
    this.#sent = [];
    return runsOf(this.#held.splice(0));
  }
}

function runsOf(held: readonly number[]): ReleasedPuts[] {
  const runs: ReleasedPuts[] = [];
  let msgids: number[] = [];
  for (let i = 0; i < held.length; i += 2) {
    if (i === 0 || held[i] !== held[i - 2]) runs.push({ inbox: held[i], msgids: msgids = [] });
    msgids.push(held[i + 1]);
  }
  return runs;
}
