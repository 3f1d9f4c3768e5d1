import {
  answerFrames,
  type FrameExecutor,
  type Incoming,
  MsgpackReader,
  MsgpackWriter,
  notThis,
  type Reply,
  type RequestHandler,
  RpcError,
  writeValue,
} from "../rpc/mod.ts";
import { readHello } from "./hello.ts";
import { readTell } from "./tell_frame.ts";
import type { TellHost } from "./tell_network.ts";

/**
 * What comes to a system's port on one connection. `Describe`, `Ping` and `Stats` are for anyone;
 * `Tell` is heard only after a `Hello` for this life of the system, so that a message to an earlier
 * life reaches nobody. Trailing params, as a newer version may send them, are ignored.
 */
export class SystemConnection implements FrameExecutor, RequestHandler {
  readonly replyBatchBytesMax: number;
  #host: TellHost;
  #from: string;
  #isGreeted = false;
  #reader = new MsgpackReader(nothing);
  #frames: Uint8Array = nothing;
  /** A copy of `#frames`, once a message is to outlive them. */
  #kept: Uint8Array | undefined;

  /** @param from the host at the other end */
  constructor(host: TellHost, from: string, replyBatchBytesMax: number) {
    this.replyBatchBytesMax = replyBatchBytesMax;
    this.#host = host;
    this.#from = from;
  }

  execute(frames: Uint8Array): Reply {
    const writer = new MsgpackWriter();
    this.#frames = frames;
    const answer = answerFrames(frames, this.#reader, writer, this);
    this.#reader.reset(this.#frames = nothing);
    this.#kept = undefined;
    return { ...answer, replies: writer.written() };
  }

  take(reader: MsgpackReader): boolean {
    if (!this.#isGreeted) return false;
    const counter = readTell(reader);
    if (counter === notThis) return false;
    this.#receive(counter, reader.at, reader.end);
    return true;
  }

  /** What is no well-formed `Tell` of a greeted connection is ignored, as other notifications are. */
  notification(notification: Incoming, reader: MsgpackReader): void {
    if (!this.#isGreeted || !isTell(notification, reader)) return;
    const counter = reader.uint();
    const count = counter === notThis ? notThis : reader.binHeader();
    if (count !== notThis) this.#receive(counter, reader.at, reader.at + count);
  }

  /** All messages of one read live on in one copy of its bytes. */
  #receive(counter: number, start: number, end: number): void {
    this.#kept ??= this.#frames.slice();
    this.#host.receive(counter, { bytes: this.#kept, start, end, from: this.#from });
  }

  request(request: Incoming, reader: MsgpackReader, writer: MsgpackWriter): void {
    const name = request.method(reader);
    switch (name) {
      case "Describe":
        return this.#describe(writer);
      case "Ping":
        return void writer.str("pong");
      case "Stats":
        return writeValue(writer, this.#host.stats());
      case "Hello":
        return this.#hello(request, reader, writer);
      default:
        throw new RpcError(
          "unknown_method",
          `Cannot call ${JSON.stringify(name)}: allowed are Describe, Ping, Stats, Hello`,
        );
    }
  }

  /** A server that is still starting has no description yet: who joins it is to ask again. */
  #describe(writer: MsgpackWriter): void {
    const description = this.#host.describe();
    if (description === "") {
      throw new RpcError("unavailable", "Cannot describe the server: it is still starting");
    }
    writer.str(description);
  }

  #hello({ paramCount }: Incoming, reader: MsgpackReader, writer: MsgpackWriter): void {
    const { address, expected } = readHello(paramCount, reader);
    if (expected !== null && expected !== this.#host.incarnation) {
      throw new RpcError(
        "unavailable",
        `Cannot greet ${address}: it looks for ${expected}, this is ${this.#host.incarnation}`,
      );
    }
    this.#isGreeted = true;
    writer.nil();
  }

  bug(error: unknown): void {
    this.#host.bug(error);
  }
}

const nothing = new Uint8Array();

/** Whether a notification is a `Tell`; reads no more of its name than that takes. */
function isTell({ methodStart, methodEnd, paramCount }: Incoming, { bytes }: MsgpackReader) {
  return paramCount >= 2 && methodEnd - methodStart === tellName.length &&
    tellName.every((byte, i) => bytes[methodStart + i] === byte);
}

const tellName = new TextEncoder().encode("Tell");
