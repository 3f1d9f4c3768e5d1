import type { ByteStream } from "../rpc/mod.ts";
import { WebSocketFrames } from "./web_socket_frames.ts";
import { FrameBoundary } from "./wire/frame_boundary.ts";
import { closeCodes, opcodes, WebSocketError } from "./wire/web_socket_frame.ts";

/**
 * The server's end of a WebSocket, as a stream of frames as the query ports speak them: those of a binary
 * message come whole, and whole ones leave as one message.
 */
export class WebSocketStream implements ByteStream {
  #frames: WebSocketFrames;
  #incoming = new FrameBoundary();
  #outgoing = new FrameBoundary();
  /** Whether a message is written that does not end with what was written of it. */
  #isContinuing = false;

  /** @param stream a connection whose handshake is done */
  constructor(stream: ByteStream) {
    this.#frames = new WebSocketFrames(stream);
  }

  get peer(): string {
    return this.#frames.peer;
  }

  async read(into: Uint8Array): Promise<number | null> {
    try {
      for (;;) {
        if (!this.#frames.isInPart && !await this.#nextPart()) return null;
        const count = await this.#frames.read(into);
        this.#incoming.advance(into.subarray(0, count));
        if (!this.#frames.isInMessage && !this.#incoming.isReached) {
          throw new WebSocketError("a message does not hold whole frames");
        }
        if (count > 0) return count;
      }
    } catch (error) {
      if (error instanceof WebSocketError) this.#frames.fail(error.code);
      throw error;
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    this.#outgoing.advance(bytes);
    const isLast = this.#outgoing.isReached;
    const opcode = this.#isContinuing ? opcodes.continuation : opcodes.binary;
    this.#isContinuing = !isLast;
    return this.#frames.write(opcode, isLast, bytes);
  }

  closeWrite(): Promise<void> {
    return this.#frames.closeWrite();
  }

  close(): void {
    this.#frames.close();
  }

  /** @returns whether there is another part of a message. */
  async #nextPart(): Promise<boolean> {
    const head = await this.#frames.next();
    if (head?.opcode === opcodes.text) {
      throw new WebSocketError(
        "a message of text came, allowed are binary ones",
        closeCodes.unsupported,
      );
    }
    return head !== undefined;
  }
}
