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
    if (bytes.length <= this.#limits.lightBytesMax) return this.#stream.write(bytes);
    return this.#writeInTurns(bytes, this.#flow ??= this.#slices.flow());
  }

  async #writeInTurns(bytes: Uint8Array, flow: Flow): Promise<void> {
    const { writtenAtOnceBytesMax } = this.#limits;
    for (let at = 0; at < bytes.length; at += writtenAtOnceBytesMax) {
      const piece = bytes.subarray(at, at + writtenAtOnceBytesMax);
      const turn = flow.begin(piece.length);
      if (turn !== undefined) await turn;
      if (this.#isClosed) throw new Error("The connection was closed");
      const writing = this.#stream.write(piece);
      flow.end();
      await writing;
    }
  }

  /** Nothing more is written: what waits for its turn fails. */
  close(): void {
    this.#isClosed = true;
    this.#flow?.close();
  }
}
