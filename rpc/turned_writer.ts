import type { Limits } from "../limits.ts";
import type { Flow, TimeSlices } from "./time_slices.ts";
import type { ByteStream } from "./transport.ts";

/**
 * Writes to a connection whose client may ask for much, without keeping the other connections of the
 * thread waiting. A socket with room takes what is written at once, so that megabytes would go to it in
 * one step, and to the next one. What is long is written in pieces, each when it is its turn.
 */
export class TurnedWriter {
  #stream: ByteStream;
  #slices: TimeSlices;
  #limits: Pick<Limits, "lightBytesMax" | "writtenAtOnceBytesMax">;
  /** Absent while nothing long was written. */
  #flow: Flow | undefined;
  #isClosed = false;

  /** Makes one for a connection, which writes one thing after the other. */
  constructor(
    stream: ByteStream,
    slices: TimeSlices,
    limits: Pick<Limits, "lightBytesMax" | "writtenAtOnceBytesMax">,
  ) {
    this.#stream = stream;
    this.#slices = slices;
    this.#limits = limits;
  }

  /** Resolves when all of it is handed to the network. @throws what the network fails with. */
  write(bytes: Uint8Array): Promise<void> {
    const { lightBytesMax, writtenAtOnceBytesMax } = this.#limits;
    if (bytes.length <= lightBytesMax) return this.#stream.write(bytes);
    const flow = this.#flow ??= this.#slices.flow();
    if (bytes.length > writtenAtOnceBytesMax) return this.#writePieces(bytes, flow);
    const turn = flow.begin(bytes.length);
    return turn === undefined
      ? this.#writePiece(bytes, flow)
      : turn.then(() => this.#writePiece(bytes, flow));
  }

  async #writePieces(bytes: Uint8Array, flow: Flow): Promise<void> {
    const { writtenAtOnceBytesMax } = this.#limits;
    for (let at = 0; at < bytes.length; at += writtenAtOnceBytesMax) {
      const piece = bytes.subarray(at, at + writtenAtOnceBytesMax);
      const turn = flow.begin(piece.length, at > 0);
      if (turn !== undefined) await turn;
      await this.#writePiece(piece, flow);
    }
  }

  /** Its turn is over when the system has taken what it has room for. */
  #writePiece(piece: Uint8Array, flow: Flow): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error("The connection was closed"));
    const writing = this.#stream.write(piece);
    flow.end();
    return writing;
  }

  /** Nothing more is written: what waits for its turn fails. */
  close(): void {
    this.#isClosed = true;
    this.#flow?.close();
  }
}
