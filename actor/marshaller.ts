import { MsgpackWriter, spareMemory } from "../rpc/mod.ts";

/** A marshalled message: `bytes[start..end)`, which never change any more. */
export interface Marshalled {
  /** Memory that holds the message, and others. */
  readonly bytes: Uint8Array;
  /** Index of the message's first byte. */
  readonly start: number;
  /** Index behind the message's last byte. */
  readonly end: number;
  /** The host of the system that sent the message, unless it is this one: faults in it are that one's. */
  readonly from?: string;
}

/** Where a message came from, if that is to know when it is handled. */
export interface DeliverySource {
  /** The message was handled: its receiver returned and has not held it, or threw. */
  handled(message: Pick<Marshalled, "start" | "end">): void;
}

/** A message that came from elsewhere. */
export interface Delivery extends Marshalled {
  /** Called when the message is handled; absent when nobody waits for that. */
  readonly source?: DeliverySource;
}

/**
 * Marshals messages one behind the other into chunks of memory. A chunk is written once and never
 * again, so a message stays where it was marshalled: it waits in a mailbox, is unmarshalled and goes
 * to a socket from there, and nobody copies it. A full chunk is forgotten, and freed when nobody
 * holds a message in it any more.
 */
export class Marshaller {
  #writer: MsgpackWriter;
  #chunkBytes: number;
  #isOpen = false;

  /** @param chunkBytes size of a chunk; a longer message gets one of its own */
  constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes;
    this.#writer = new MsgpackWriter(chunkBytes);
  }

  /**
   * Begins a message. Whoever asks writes exactly one value, and then calls `end`.
   *
   * @throws {Error} when another one was begun and is not ended: that would become a part of this.
   */
  begin(): MsgpackWriter {
    if (this.#isOpen) throw new Error("Cannot marshal a message inside another one");
    this.#isOpen = true;
    return this.#writer;
  }

  /** Ends the message that was begun. */
  end(): Marshalled {
    const { bytes, start, length } = this.#writer;
    this.#writer.seal();
    this.#isOpen = false;
    // Of the same shape as those of other systems: a mailbox holds both.
    return { bytes, start, end: length, from: undefined };
  }

  /**
   * Gives the memory of an ended message back, if that is long and so has memory of its own: garbage is collected
   * much later. Nobody may hold the message any more.
   */
  free({ bytes }: Marshalled): void {
    if (bytes.length > this.#chunkBytes) spareMemory.give(bytes);
  }

  /** Forgets the message that was begun, if there is one. */
  abandon(): void {
    if (this.#isOpen) this.#writer.discard();
    this.#isOpen = false;
  }
}
