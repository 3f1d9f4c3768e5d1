import { expectParams, type MethodName, readKey, readScanLimit } from "../../kvcommon/mod.ts";
import type { Limits } from "../../limits.ts";
import type { LongReply } from "../../resp/mod.ts";
import type { Incoming, MsgpackReader, MsgpackWriter } from "../../rpc/mod.ts";
import type { Store } from "../store/mod.ts";
import { type EntryForm, writePage } from "./entry_page.ts";
import { writeEntries } from "./list_part.ts";
import { ListReply } from "./list_reply.ts";

/** The methods of a query port that read a range of keys, by their prefix: List, Scan, Export, Count. */
export class RangeQueries {
  #store: Store;
  #limits: Limits;
  #lists = 0;

  constructor(store: Store, limits: Limits) {
    this.#store = store;
    this.#limits = limits;
  }

  /** How many Lists were answered, and what goes through keys as one. */
  get lists(): number {
    return this.#lists;
  }

  /** Counts a List, or what goes through keys as one. */
  countList(): void {
    this.#lists++;
  }

  /**
   * Makes a short List at once; of a longer one it only notes what is asked for.
   *
   * @returns the List to make in turns, if it is a longer one; then what was appended is to be taken back.
   */
  list(request: Incoming, reader: MsgpackReader, writer: MsgpackWriter): LongReply | undefined {
    expectParams(request, "List", 1);
    const prefix = readPrefix(reader, "List");
    const header = writer.reserveHeader32();
    const { count, isDone } = writeEntries(this.#store, { prefix }, writer, this.#limits);
    if (!isDone) return new ListReply(this.#store, this.#limits, request.msgid!, prefix.slice());
    this.#lists++;
    writer.fillHeader32(header, 0xdf, count);
  }

  /**
   * Makes a page of a Scan, or of an Export.
   *
   * @param turnBytesMax a page of more bytes is not for this turn
   * @returns whether it is for this turn; otherwise what was appended is to be taken back.
   */
  page(
    method: MethodName,
    form: EntryForm,
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
    turnBytesMax: number,
  ): boolean {
    expectParams(request, method, 3);
    const prefix = readPrefix(reader, method);
    let after: Uint8Array | undefined;
    if (!reader.nil()) {
      const afterBytes = readKey(reader, method, "after");
      after = reader.bytes.subarray(reader.at - afterBytes, reader.at);
    }
    const bounds = {
      entriesMax: readScanLimit(reader, method),
      bytesMax: this.#limits.scanPageBytesMax,
      turnBytesMax: turnBytesMax - writer.size,
    };
    const isForTurn = writePage(writer, this.#store, { prefix, after }, bounds, form);
    if (isForTurn) this.#lists++;
    return isForTurn;
  }

  /** Counts keys. */
  count(request: Incoming, reader: MsgpackReader, writer: MsgpackWriter): void {
    expectParams(request, "Count", 1);
    writer.int(this.#store.count(readPrefix(reader, "Count")));
  }
}

/** Reads a prefix, a view. @throws {RpcError} as `readKey` does. */
function readPrefix(reader: MsgpackReader, method: MethodName): Uint8Array {
  const byteCount = readKey(reader, method, "prefix");
  return reader.bytes.subarray(reader.at - byteCount, reader.at);
}
