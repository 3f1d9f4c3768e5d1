import { type Limits, wireLimits } from "../../limits.ts";
import type { LongReply, ReplyPart } from "../../resp/mod.ts";
import { beginResponse, type MsgpackWriter, writeErrorResponse } from "../../rpc/mod.ts";
import type { Store } from "../store/mod.ts";
import { writeEntries } from "./list_part.ts";

/** The response to a List that is made in turns. */
export class ListReply implements LongReply {
  #store: Store;
  #limits: Limits;
  #msgid: number;
  #prefix: Uint8Array;

  /** @param prefix bytes of its own */
  constructor(store: Store, limits: Limits, msgid: number, prefix: Uint8Array) {
    this.#store = store;
    this.#limits = limits;
    this.#msgid = msgid;
    this.#prefix = prefix;
  }

  writePart(writer: MsgpackWriter, after: Uint8Array | undefined): ReplyPart {
    const range = { prefix: this.#prefix, after };
    const { count, isDone, last } = writeEntries(this.#store, range, writer, this.#limits);
    return { count, isDone, after: isDone ? undefined : this.#store.keyOf(last) };
  }

  writeHead(writer: MsgpackWriter, count: number, bytes: number): void {
    const frame = beginResponse(writer, this.#msgid);
    const header = writer.reserveHeader32();
    writer.fillHeader32(header, 0xdf, count);
    writer.endFrame(frame, bytes);
  }

  writeTooLong(writer: MsgpackWriter): void {
    writeErrorResponse(
      writer,
      this.#msgid,
      "too_large",
      `Cannot List: the entries exceed a frame of ${wireLimits.frameBytesMax} bytes, use Scan`,
    );
  }

  writeNoMemory(writer: MsgpackWriter): void {
    const message = "Cannot List: there is no memory left";
    writeErrorResponse(writer, this.#msgid, "overloaded", message);
  }
}
