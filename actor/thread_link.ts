import { type Environment, mismatch, MsgpackReader, MsgpackWriter } from "../rpc/mod.ts";
import type { ActorRef } from "./actor_ref.ts";
import type { Marshalled } from "./marshaller.ts";

/** One end of what carries bytes between two threads: in order, and nothing is lost. */
export interface ThreadPort {
  /** Takes over `bytes`. */
  post(bytes: Uint8Array<ArrayBuffer>): void;
  /** Has `receive` called with what the other end posts; called once. */
  listen(receive: (bytes: Uint8Array) => void): void;
}

/** Takes a message that came from another thread. */
export type ReceiveFromThread = (to: number | ActorRef, message: Marshalled) => void;

/**
 * Tells between two threads: those of one turn of the event loop cross together, as one block of
 * bytes. Handing a block over costs as much as some hundred tells.
 */
export class ThreadLink {
  #port: ThreadPort;
  #environment: Pick<Environment, "soon">;
  #writer = new MsgpackWriter(16 * 1024);

  /** @param receive called with each message that comes from the other thread */
  constructor(
    port: ThreadPort,
    environment: Pick<Environment, "soon">,
    receive: ReceiveFromThread,
  ) {
    this.#port = port;
    this.#environment = environment;
    port.listen((block) => readBlock(block, receive));
  }

  /** Sends a message to an actor of this system, by its counter, or to one of another system. */
  send(to: number | ActorRef, { bytes, start, end, from }: Marshalled): void {
    const writer = this.#writer;
    if (writer.length === 0) this.#environment.soon(this.#flush);
    if (typeof to === "number") {
      writer.arrayHeader(from === undefined ? 2 : 3);
      writer.int(to);
      if (from !== undefined) writer.str(from);
    } else {
      writer.arrayHeader(4);
      writer.str(to.address);
      writer.str(to.incarnation);
      writer.int(to.counter);
    }
    writer.bin(bytes, start, end);
  }

  #flush = (): void => {
    this.#port.post(this.#writer.written().slice());
    this.#writer.clear();
  };
}

function readBlock(block: Uint8Array, receive: ReceiveFromThread): void {
  const reader = new MsgpackReader(block);
  while (!reader.atEnd) {
    const parts = reader.arrayHeader();
    const isHere = parts !== 4;
    const address = isHere ? "" : reader.str()!;
    const incarnation = isHere ? "" : reader.str()!;
    const counter = reader.uint();
    const from = parts === 3 ? reader.str()! : undefined;
    const byteCount = reader.binHeader();
    if (byteCount === mismatch) throw new TypeError("A block between threads is malformed");
    const start = reader.at;
    const end = reader.at += byteCount;
    receive(isHere ? counter : { address, incarnation, counter }, {
      bytes: block,
      start,
      end,
      from,
    });
  }
}
