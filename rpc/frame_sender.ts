import { Charge } from "./charge.ts";
import type { Accounted, Limited, Timers } from "./environment.ts";
import { MsgpackWriter } from "./msgpack/mod.ts";
import type { ByteStream } from "./transport.ts";

/** Callbacks that follow the frames of a `FrameSender`. */
export interface FrameSenderListener {
  /** All frames that were gathered are being written now. */
  leaving(): void;
  /** The network has taken them. */
  written?(): void;
  /** They could not be written: the stream is of no further use. */
  failed(stream: ByteStream, error: unknown): void;
}

/**
 * Sends frames on a stream. Those of one turn of the event loop leave in one write; while a write is
 * under way, the next one is gathered.
 *
 * Two buffers take turns, so a frame is written once and copied never.
 */
export class FrameSender {
  #environment: Pick<Timers, "soon"> & Limited & Accounted;
  #listener: FrameSenderListener;
  #stream: ByteStream | undefined;
  #gathering: MsgpackWriter;
  /** The buffer that the write under way reads from. */
  #leaving: MsgpackWriter;
  #isFlushing = false;
  #isClosed = false;
  /** Memory of both buffers. */
  #charge: Charge;

  constructor(
    environment: Pick<Timers, "soon"> & Limited & Accounted,
    listener: FrameSenderListener,
  ) {
    this.#environment = environment;
    this.#charge = new Charge(environment.memory, "peers");
    const { sendBufferBytes } = environment.limits;
    this.#gathering = new MsgpackWriter(sendBufferBytes);
    this.#leaving = new MsgpackWriter(sendBufferBytes);
    this.#listener = listener;
  }

  /** Where frames are gathered: append whole ones, then call `send`. */
  get frames(): MsgpackWriter {
    return this.#gathering;
  }

  /** Bytes that the network has not taken. */
  get waitingBytes(): number {
    return this.#gathering.length + this.#leaving.length;
  }

  /** Sends on `stream` from now on, what was gathered before included. */
  begin(stream: ByteStream): void {
    this.#stream = stream;
    this.send();
  }

  /** Sends no more: what is gathered from now on waits for the next stream. */
  end(): void {
    this.#stream = undefined;
  }

  /** Sends no more and holds nothing: it is not to be used any more. */
  close(): void {
    this.#stream = undefined;
    this.#isClosed = true;
    this.#charge.set(0);
  }

  #chargeBuffers(): void {
    if (!this.#isClosed) {
      this.#charge.set(this.#gathering.bytes.length + this.#leaving.bytes.length);
    }
  }

  /** Forgets the frames that are gathered. */
  discard(): void {
    this.#gathering.clear();
  }

  /** Sends what is gathered when the code that runs now has returned. */
  send(): void {
    this.#chargeBuffers();
    if (this.#isFlushing || this.#stream === undefined || this.#gathering.length === 0) return;
    this.#isFlushing = true;
    this.#environment.soon(() => this.#flush(this.#stream));
  }

  async #flush(stream: ByteStream | undefined): Promise<void> {
    try {
      while (stream !== undefined && stream === this.#stream && this.#gathering.length > 0) {
        [this.#gathering, this.#leaving] = [this.#leaving, this.#gathering];
        this.#listener.leaving();
        await stream.write(this.#leaving.written());
        this.#listener.written?.();
        this.#leaving.clear();
      }
    } catch (error) {
      this.#leaving.clear();
      this.#listener.failed(stream!, error);
    }
    this.#isFlushing = false;
    this.send();
  }
}
