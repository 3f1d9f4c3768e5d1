import type { ByteStream, Timers } from "../../rpc/mod.ts";

/** A part of a stream, as it travels; `bytes` in base64, absent: the end. */
export interface Part {
  readonly seq: number;
  readonly bytes?: string;
}

/** How a stream reaches its other end, over a network that loses, delays and repeats messages. */
export interface StreamNetwork {
  part(part: Part): void;
  /** All parts below this one have come. */
  ack(next: number): void;
  /** The stream is over, at once. */
  reset(): void;
}

/** What is not acknowledged for so long is sent again. */
const resendMs = 200;

/** When nothing was acknowledged for so long, the other end is gone. */
const goneMs = 5_000;

/** So many bytes are in a part at the most. */
const partBytesMax = 16 * 1024;

/** So many parts may be under way; a writer waits then. */
const partsMax = 64;

/**
 * A stream of bytes over messages: parts have numbers, are acknowledged, and are sent again until they are. So
 * servers speak over Maelstrom's network as they do over TCP.
 */
export class MessageStream implements ByteStream {
  readonly peer: string;
  #network: StreamNetwork;
  #timers: Timers;
  /** Parts that are not acknowledged, in their order. */
  #unacked: Part[] = [];
  #nextSeq = 0;
  #cancelResend: (() => void) | undefined;
  #silentMs = 0;
  /** Writers that wait for room. */
  #waiting: (() => void)[] = [];
  /** Parts that came too early, by their numbers. */
  #early = new Map<number, Part>();
  #expectedSeq = 0;
  #arrived: Uint8Array[] = [];
  #isEnded = false;
  #failure: Error | undefined;
  #wake: () => void = () => {};

  constructor(peer: string, network: StreamNetwork, timers: Timers) {
    this.peer = peer;
    this.#network = network;
    this.#timers = timers;
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#arrived.length === 0) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isEnded) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const [first] = this.#arrived;
    const count = Math.min(into.length, first.length);
    into.set(first.subarray(0, count));
    if (count === first.length) this.#arrived.shift();
    else this.#arrived[0] = first.subarray(count);
    return count;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += partBytesMax) {
      if (this.#failure !== undefined) throw this.#failure;
      this.#send(btoa(String.fromCharCode(...bytes.subarray(at, at + partBytesMax))));
      while (this.#unacked.length >= partsMax && this.#failure === undefined) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    }
  }

  closeWrite(): Promise<void> {
    this.#send(undefined);
    return Promise.resolve();
  }

  close(): void {
    if (this.#failure !== undefined) return;
    this.#network.reset();
    this.fail("The stream was closed");
  }

  /** Ends it because of what the other side, or nobody, has said. */
  fail(reason: string): void {
    this.#failure ??= new Deno.errors.ConnectionReset(reason);
    this.#cancelResend?.();
    this.#unacked = [];
    this.#wake();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** A part has come, perhaps again, perhaps before those that were sent before it. */
  received(part: Part): void {
    if (this.#failure !== undefined) return;
    if (part.seq >= this.#expectedSeq) this.#early.set(part.seq, part);
    for (let next = this.#early.get(this.#expectedSeq); next !== undefined;) {
      this.#early.delete(this.#expectedSeq++);
      if (next.bytes === undefined) this.#isEnded = true;
      else this.#arrived.push(Uint8Array.from(atob(next.bytes), (char) => char.charCodeAt(0)));
      next = this.#early.get(this.#expectedSeq);
    }
    this.#network.ack(this.#expectedSeq);
    this.#wake();
  }

  acknowledged(next: number): void {
    const before = this.#unacked.length;
    this.#unacked = this.#unacked.filter(({ seq }) => seq >= next);
    if (this.#unacked.length === before) return;
    this.#silentMs = 0;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #send(bytes: string | undefined): void {
    if (this.#failure !== undefined) return;
    const part = { seq: this.#nextSeq++, ...(bytes === undefined ? {} : { bytes }) };
    this.#unacked.push(part);
    this.#network.part(part);
    if (this.#cancelResend === undefined) this.#resendLater();
  }

  #resendLater(): void {
    this.#cancelResend = this.#timers.after(resendMs, () => {
      this.#cancelResend = undefined;
      if (this.#unacked.length === 0) return;
      this.#silentMs += resendMs;
      if (this.#silentMs >= goneMs) return this.fail("Nothing is acknowledged any more");
      for (const part of this.#unacked) this.#network.part(part);
      this.#resendLater();
    });
  }
}
