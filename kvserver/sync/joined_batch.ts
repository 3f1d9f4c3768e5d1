import { concatenated } from "../../rpc/mod.ts";
import type { ForwardedBatch } from "./forwarded_batch.ts";
import type { OutgoingBatch } from "./outgoing_batch.ts";

/** Received messages whose entries leave in one: their bytes one behind the other, as they came. */
export class JoinedBatch implements OutgoingBatch {
  readonly size: number;
  readonly #parts: readonly ForwardedBatch[];

  /** @param parts which the caller has held; they are released with this one */
  constructor(parts: readonly ForwardedBatch[]) {
    this.#parts = parts;
    this.size = parts.reduce((sum, { size }) => sum + size, 0);
  }

  get numbers(): readonly number[] {
    return this.#parts.flatMap(({ numbers }) => numbers);
  }

  get pooled(): readonly number[] {
    return this.#parts.flatMap(({ pooled }) => pooled);
  }

  encode(): Uint8Array {
    return concatenated(this.#parts.map(({ bytes }) => bytes));
  }

  isSame(other: OutgoingBatch): boolean {
    if (!(other instanceof JoinedBatch) || other.#parts.length !== this.#parts.length) return false;
    return this.#parts.every((part, i) => part === other.#parts[i]);
  }

  release(): void {
    for (const part of this.#parts) part.release();
  }
}
