import type { ByteStream } from "../rpc/mod.ts";
import { WebSocketFrames } from "./web_socket_frames.ts";
import { closeCodes, opcodes, WebSocketError } from "./wire/web_socket_frame.ts";

/** A message of a WebSocket. */
export interface WebSocketMessage {
  readonly isText: boolean;
  /** Of text, in UTF-8; whether it is, nobody has looked. */
  readonly bytes: Uint8Array;
}

/** The server's end of a WebSocket, as whole messages, which are bounded. */
export class WebSocketMessages {
  #frames: WebSocketFrames;
  #bytesMax: number;

  /**
   * @param stream a connection whose handshake is done
   * @param bytesMax bytes of a message that comes; a longer one ends it
   */
  constructor(stream: ByteStream, bytesMax: number) {
    this.#frames = new WebSocketFrames(stream);
    this.#bytesMax = bytesMax;
  }

  /** The next message; `undefined` at the end. @throws {WebSocketError} when the client breaks the protocol. */
  async next(): Promise<WebSocketMessage | undefined> {
    try {
      const pieces: Uint8Array[] = [];
      let [length, isText] = [0, false];
      do {
        const head = await this.#frames.next();
        if (head === undefined) return undefined;
        if (pieces.length === 0) isText = head.opcode === opcodes.text;
        length += head.payloadBytes;
        if (length > this.#bytesMax) {
          throw new WebSocketError("a message is too long", closeCodes.tooLong);
        }
        pieces.push(await this.#payload(head.payloadBytes));
      } while (this.#frames.isInMessage);
      return { isText, bytes: joined(pieces, length) };
    } catch (error) {
      if (error instanceof WebSocketError) this.#frames.fail(error.code);
      throw error;
    }
  }

  /** Sends a message. */
  send({ isText, bytes }: WebSocketMessage): Promise<void> {
    return this.#frames.write(isText ? opcodes.text : opcodes.binary, true, bytes);
  }

  /** Says that nothing more comes; reading goes on. */
  closeWrite(): Promise<void> {
    return this.#frames.closeWrite();
  }

  /** Ends it now. */
  close(): void {
    this.#frames.close();
  }

  async #payload(byteCount: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(byteCount);
    for (let at = 0; this.#frames.isInPart;) at += await this.#frames.read(bytes.subarray(at));
    return bytes;
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
