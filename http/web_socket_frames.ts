import type { ByteStream } from "../rpc/mod.ts";
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
 * The server's end of a WebSocket: the parts of messages come and go, what else there is between them is
 * answered.
 *
 * It reads no further than it is asked to, so who sends faster than is executed is not read from.
 */
export class WebSocketFrames {
  #stream: ByteStream;
  /** What came of heads, and what came behind them: `#received[#start..#end)`. */
  #received = new Uint8Array(1024);
  #start = 0;
  #end = 0;
  /** The part whose payload is being read, and how much of that was. */
  #head: FrameHead | undefined;
  #payloadRead = 0;
  /** Whether a message has begun, and not ended. */
  #isInMessage = false;
  /** All that is to be written, in order: pongs go between the parts of a message. */
  #written: Promise<void> = Promise.resolve();
  #closeCode: number = closeCodes.normal;
  #hasSaidClose = false;

  /** @param stream a connection whose handshake is done */
  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** The other end's address. */
  get peer(): string {
    return this.#stream.peer;
  }

  /** Whether a part of a message has not been read to its end. */
  get isInPart(): boolean {
    return this.#head !== undefined;
  }

  /** Whether a message has begun, and not ended. */
  get isInMessage(): boolean {
    return this.#isInMessage;
  }

  /**
   * Reads up to the payload of the next part of a message.
   *
   * @returns `undefined` when the client has ended.
   * @throws {WebSocketError} when it breaks the protocol.
   */
  async next(): Promise<FrameHead | undefined> {
    for (;;) {
      const head = await this.#readHead();
      if (head === undefined) return undefined;
      switch (head.opcode) {
        case opcodes.binary:
        case opcodes.text:
        case opcodes.continuation:
          if (this.#isInMessage !== (head.opcode === opcodes.continuation)) {
            throw new WebSocketError("a message begins within another, or goes on without one");
          }
          this.#isInMessage = true;
          this.#head = head;
          this.#payloadRead = 0;
          return head;
        case opcodes.close:
          await this.sayClose();
          return undefined;
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

  /**
   * Reads bytes of the payload of the part, into which they are read at once where none came before.
   *
   * @returns how many; 0: there are no more.
   */
  async read(into: Uint8Array): Promise<number> {
    const head = this.#head!;
    const left = head.payloadBytes - this.#payloadRead;
    let count = 0;
    if (left > 0) {
      const place = into.subarray(0, left);
      count = this.#take(place) || await this.#stream.read(place) || 0;
      if (count === 0) throw new WebSocketError("the connection ended within a message");
      unmask(place.subarray(0, count), head, this.#payloadRead);
      this.#payloadRead += count;
    }
    if (this.#payloadRead === head.payloadBytes) {
      this.#head = undefined;
      if (head.isLast) this.#isInMessage = false;
    }
    return count;
  }

  /** Sends a part of a message; nothing once it is said that nothing more comes. */
  write(opcode: number, isLast: boolean, payload: Uint8Array): Promise<void> {
    if (this.#hasSaidClose) return this.#written;
    return this.#send(writtenHead(opcode, isLast, payload.length), payload);
  }

  /** What the client did breaks the protocol: the code says how, when it is told of the end. */
  fail(code: number): void {
    this.#closeCode = code;
  }

  /** Tells the client that nothing more comes, and why, once. */
  sayClose(): Promise<void> {
    if (this.#hasSaidClose) return this.#written;
    this.#hasSaidClose = true;
    const code = Uint8Array.of(this.#closeCode >> 8, this.#closeCode);
    return this.#send(writtenHead(opcodes.close, true, code.length), code);
  }

  /** Says that nothing more comes; reading goes on. */
  async closeWrite(): Promise<void> {
    await this.sayClose();
    await this.#stream.closeWrite();
  }

  /** Ends the connection now. */
  close(): void {
    this.#stream.close();
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
