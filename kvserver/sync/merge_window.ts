import type { Limits } from "../../limits.ts";
import { assert } from "../memory/assert.ts";

/** A message that a query actor was sent and has not merged. */
interface Sent {
  readonly number: number;
  /** How many entries had left before it. */
  readonly entriesBefore: number;
  readonly bytes: number;
  /** Since when the oldest of its entries waits. */
  readonly sinceMs: number;
}

/**
 * The messages with entries that a query actor of this server was sent and has not merged: a window of bounded
 * size. A message within a server cannot be lost, so this is about time and memory alone. The query actor
 * tells how far it is with what it tells anyway, or when it is owed long enough.
 */
export class MergeWindow {
  #limits: Limits;
  #sent: Sent[] = [];
  #lastNumber = 0;
  /** Entries that have left in all. */
  #entries = 0;
  #bytes = 0;

  /** @param limits bound the window, and a message */
  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Bytes of the entries that were sent and are not merged. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How long the next message may be; 0: it has to wait. No message is made short to fill the window up. */
  get roomBytes(): number {
    const { mergeWindowBytes, mergeMessageBytesMax } = this.#limits;
    return this.#bytes > mergeWindowBytes - mergeMessageBytesMax ? 0 : mergeMessageBytesMax;
  }

  /** Since when the oldest entry waits that is not merged; `Infinity`: all are. */
  get oldestMs(): number {
    return this.#sent.reduce((oldest, { sinceMs }) => Math.min(oldest, sinceMs), Infinity);
  }

  /** How many entries have left in all. */
  get entriesLeft(): number {
    return this.#entries;
  }

  /** How many of the entries that have left are merged, with all before them. */
  get entriesMerged(): number {
    return this.#sent.length > 0 ? this.#sent[0].entriesBefore : this.#entries;
  }

  /** A message with entries leaves. @returns its number. */
  leaves(entryCount: number, bytes: number, sinceMs: number): number {
    const number = ++this.#lastNumber;
    this.#sent.push({ number, entriesBefore: this.#entries, bytes, sinceMs });
    this.#entries += entryCount;
    this.#bytes += bytes;
    return number;
  }

  /** All messages up to that number are merged. */
  merged(number: number): void {
    while (this.#sent.length > 0 && this.#sent[0].number <= number) {
      this.#bytes -= this.#sent.shift()!.bytes;
    }
  }

  /** @throws {Error} when an invariant does not hold. */
  assertInvariants(): void {
    const bytes = this.#sent.reduce((sum, sent) => sum + sent.bytes, 0);
    assert(bytes === this.#bytes, "a window counts its bytes");
  }
}
