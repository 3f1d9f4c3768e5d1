import type { Limits } from "../limits.ts";
import { chargedBytes } from "./charge.ts";
import { concatenated } from "./concatenated.ts";
import { freeMemory } from "./msgpack/free_memory.ts";
import { spareMemory } from "./msgpack/spare_memory.ts";
import type { TurnedWriter } from "./turned_writer.ts";

const nothing = new Uint8Array();

/** Bounds of a `WriteQueue`. */
export type WriteQueueLimits = Pick<Limits, "unchargedBytesMax" | "gatheredWriteBytesMax">;

/**
 * What is written to a connection: one write at a time, and what comes meanwhile behind it, short contents
 * together in one. All that waits is charged, and what is being written unless it is short.
 */
export class WriteQueue {
  #writer: TurnedWriter;
  #limits: WriteQueueLimits;
  #hold: (bytes: number) => void;
  #written: (isIdle: boolean) => void;
  #isWriting = false;
  /** What is being written, and the bytes that are charged for it. */
  #writing: Uint8Array = nothing;
  #writingBytes = 0;
  /** Pieces of replies that are not written. */
  #pieces = new Set<Uint8Array>();
  #error: unknown;
  /** What is to be written behind the write under way. */
  #queued: Uint8Array[] = [];

  /**
   * @param hold charges so many bytes more, or less
   * @param written called after each write, whether nothing is left to be written, or can be
   */
  constructor(
    writer: TurnedWriter,
    limits: WriteQueueLimits,
    hold: (bytes: number) => void,
    written: (isIdle: boolean) => void,
  ) {
    this.#writer = writer;
    this.#limits = limits;
    this.#hold = hold;
    this.#written = written;
  }

  /** Whether a write is under way. */
  get isWriting(): boolean {
    return this.#isWriting;
  }

  /** What a write failed with; nothing is written from then on. */
  get error(): unknown {
    return this.#error;
  }

  /** Nothing is written any more behind the write under way, which may still succeed. */
  close(): void {
    this.#writer.close();
    this.#queued = [];
    for (const piece of this.#pieces) freeMemory(piece);
    this.#pieces.clear();
  }

  /** Writes bytes that have a buffer to themselves, which is given back when they are written. */
  sendPiece(piece: Uint8Array): void {
    if (piece.buffer.byteLength > this.#limits.unchargedBytesMax) this.#pieces.add(piece);
    this.send(piece);
  }

  /** Writes, now or behind the write under way. */
  send(bytes: Uint8Array): void {
    const held = this.#heldFor(bytes);
    const charged = this.#isWriting ? held : chargedBytes(held, this.#limits);
    if (charged > 0) this.#hold(charged);
    if (this.#isWriting) this.#queued.push(bytes);
    else this.#write(bytes, charged);
  }

  /** Bytes of memory that are held for what is to be written: a piece has a buffer to itself. */
  #heldFor(bytes: Uint8Array): number {
    const isPiece = this.#pieces.size > 0 && this.#pieces.has(bytes);
    return isPiece ? bytes.buffer.byteLength : bytes.length;
  }

  /** @param charged bytes that are charged for it */
  #write(bytes: Uint8Array, charged: number): void {
    this.#isWriting = true;
    this.#writing = bytes;
    this.#writingBytes = charged;
    this.#writer.write(bytes).then(this.#onWritten, this.#onWriteError);
  }

  #onWritten = (): void => {
    this.#isWriting = false;
    if (this.#writingBytes > 0) this.#release();
    const isIdle = this.#queued.length === 0 || this.#error !== undefined;
    if (!isIdle) this.#writeQueued();
    this.#written(isIdle);
  };

  #release(): void {
    this.#hold(-this.#writingBytes);
    if (this.#pieces.delete(this.#writing)) spareMemory.give(this.#writing);
  }

  /** Writes the next replies: those of them that are short, together. */
  #writeQueued(): void {
    const { gatheredWriteBytesMax } = this.#limits;
    let end = 0;
    for (let bytes = 0; end < this.#queued.length; end++) {
      bytes += this.#queued[end].length;
      if (end > 0 && bytes > gatheredWriteBytesMax) break;
    }
    const parts = this.#queued.splice(0, end);
    const charged = parts.reduce((sum, part) => sum + this.#heldFor(part), 0);
    const bytes = concatenated(parts);
    if (parts.length > 1) {
      for (const part of parts) if (this.#pieces.delete(part)) spareMemory.give(part);
    }
    this.#write(bytes, charged);
  }

  #onWriteError = (error: unknown): void => {
    this.#error = error;
    this.#onWritten();
  };
}
