import type { ByteStream } from "../rpc/mod.ts";
import { FrameBoundary } from "./wire/frame_boundary.ts";
import {
  closeCodes,
  controlBytesMax,
  type FrameHead,
  headBytes,
  opcodes,
  readHead,
  unmask,
  WebSocketError,
  writtenHead,
} from "./wire/web_socket_frame.ts";

/** A payload up to this leaves together with its head, in one write. */
const joinedBytesMax = 64 * 1024;

/**
 * The server's end of a WebSocket, as a stream of frames as the query ports speak them: those of a binary
 * message come whole, and whole ones leave as one message.
 *
 * It reads no further than it is asked to, so who sends faster than is executed is not read from.
 */
export class WebSocketStream implements ByteStream {
  #stream: ByteStream;
  /** What came of heads, and what came behind them: `#received[#start..#end)`. */
  #received = new Uint8Array(1024);
  #start = 0;
  #end = 0;
  /** The frame whose payload is being read, and how much of that was. */
  #head: FrameHead | undefined;
  #payloadRead = 0;
  /** Whether a message has begun, and not ended. */
  #isInMessage = false;
  #incoming = new FrameBoundary();
  #outgoing = new FrameBoundary();
  /** Whether a message is written that does not end with what was written of it. */
  #isContinuing = false;
  /** All that is to be written, in order: pongs go between the parts of a message. */
  #written: Promise<void> = Promise.resolve();
  #closeCode: number = closeCodes.normal;
  #hasSaidClose = false;

  /** @param stream a connection whose handshake is done */
  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  get peer(): string {
    return this.#stream.peer;
  }

  async read(into: Uint8Array): Promise<number | null> {
    try {
      for (;;) {
        if (this.#head === undefined && !await this.#nextPart()) return null;
        const count = await this.#readPayload(into);
        if (count > 0) return count;
      }
    } catch (error) {
      if (error instanceof WebSocketError) this.#closeCode = error.code;
      throw error;
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    this.#outgoing.advance(bytes);
    const isLast = this.#outgoing.isReached;
    const opcode = this.#isContinuing ? opcodes.continuation : opcodes.binary;
    this.#isContinuing = !isLast;
    return this.#send(writtenHead(opcode, isLast, bytes.length), bytes);
  }

  async closeWrite(): Promise<void> {
    await this.#sayClose();
    await this.#stream.closeWrite();
  }

  close(): void {
    this.#stream.close();
  }

  /** Reads up to the payload of the next part of a message. @returns whether there is one. */
  async #nextPart(): Promise<boolean> {
    for (;;) {
      const head = await this.#readHead();
      if (head === undefined) return false;
      switch (head.opcode) {
        case opcodes.binary:
        case opcodes.continuation:
          if (this.#isInMessage !== (head.opcode === opcodes.continuation)) {
            throw new WebSocketError("a message begins within another, or goes on without one");
          }
          this.#isInMessage = true;
          this.#head = head;
          this.#payloadRead = 0;
          return true;
        case opcodes.text:
          throw new WebSocketError(
            "a message of text came, allowed are binary ones",
            closeCodes.unsupported,
          );
        case opcodes.close:
          await this.#sayClose();
          return false;
        case opcodes.ping: {
          const payload = await this.#readControl(head);
          await this.#send(writtenHead(opcodes.pong, true, payload.length), payload);
          break;
        }
        case opcodes.pong:
          await this.#readControl(head);
          break;
        default:
          throw new WebSocketError(`a frame is of no known kind: ${head.opcode}`);
      }
    }
  }

  /** Reads bytes of the payload of the part, into which they are read at once where none came before. */
  async #readPayload(into: Uint8Array): Promise<number> {
    const head = this.#head!;
    const left = head.payloadBytes - this.#payloadRead;
    let count = 0;
    if (left > 0) {
      const place = into.subarray(0, left);
      count = this.#take(place) || await this.#stream.read(place) || 0;
      if (count === 0) throw new WebSocketError("the connection ended within a message");
      const bytes = place.subarray(0, count);
      unmask(bytes, head, this.#payloadRead);
      this.#incoming.advance(bytes);
      this.#payloadRead += count;
    }
    if (this.#payloadRead === head.payloadBytes) this.#endPart(head);
    return count;
  }

  #endPart({ isLast }: FrameHead): void {
    this.#head = undefined;
    if (!isLast) return;
    this.#isInMessage = false;
    if (this.#incoming.isReached) return;
    throw new WebSocketError("a message does not hold whole frames");
  }

  /** @returns `undefined` when the connection has ended between two frames. */
  async #readHead(): Promise<FrameHead | undefined> {
    if (!await this.#receive(2, true)) return undefined;
    const length = headBytes(this.#received[this.#start + 1]);
    await this.#receive(length);
    const head = readHead(this.#received.subarray(this.#start, this.#start + length));
    this.#start += length;
    return head;
  }

  async #readControl(head: FrameHead): Promise<Uint8Array> {
    await this.#receive(head.payloadBytes);
    const payload = this.#received.slice(this.#start, this.#start + head.payloadBytes);
    this.#start += payload.length;
    unmask(payload, head, 0);
    return payload;
  }

  /**
   * Receives until so many bytes are there, fewer than `controlBytesMax` and a few.
   *
   * @param mayEnd whether the connection may end before the first of them
   * @returns whether they are there.
   */
  async #receive(byteCount: number, mayEnd = false): Promise<boolean> {
    if (this.#start + controlBytesMax > this.#received.length) {
      this.#received.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    while (this.#end - this.#start < byteCount) {
      const count = await this.#stream.read(this.#received.subarray(this.#end));
      if (count === null) {
        if (mayEnd && this.#end === this.#start) return false;
        throw new WebSocketError("the connection ended within a frame");
      }
      this.#end += count;
    }
    return true;
  }

  /** Takes bytes that were received, as many as there are room for. @returns how many. */
  #take(into: Uint8Array): number {
    const taken = this.#received.subarray(
      this.#start,
      Math.min(this.#end, this.#start + into.length),
    );
    into.set(taken);
    this.#start += taken.length;
    if (this.#start === this.#end) this.#start = this.#end = 0;
    return taken.length;
  }

  /** Tells the client that nothing more comes, and why, once. */
  #sayClose(): Promise<void> {
    if (this.#hasSaidClose) return this.#written;
    this.#hasSaidClose = true;
    const code = Uint8Array.of(this.#closeCode >> 8, this.#closeCode);
    return this.#send(writtenHead(opcodes.close, true, code.length), code);
  }

  #send(head: Uint8Array, payload: Uint8Array): Promise<void> {
    const sent = this.#written.then(async () => {
      if (payload.length > joinedBytesMax) {
        await this.#stream.write(head);
        await this.#stream.write(payload);
        return;
      }
      const bytes = new Uint8Array(head.length + payload.length);
      bytes.set(head);
      bytes.set(payload, head.length);
      await this.#stream.write(bytes);
    });
    // Who sends next sends behind this, and hears by itself when that fails too.
    this.#written = sent.catch(() => {});
    return sent;
  }
}
