import { MsgpackWriter } from "../../rpc/mod.ts";
import { noValue } from "./entry.ts";
import { writeExtras } from "./entry_batch.ts";
import type { EntryReader } from "./entry_reader.ts";

/**
 * Checks that entries are spelled as an `EntryBatch` spells them, which is one way only: every number and length
 * in its shortest form, the uids in the order in which the entries first bear them, and no others. Bytes that
 * are spelled in another way would go on as they came, with whatever belongs to no entry.
 */
export class EntrySpelling {
  #reader: EntryReader;
  /** The bytes that a batch takes for all that was read. */
  #bytes: number;
  /** How many of the first uids the entries bear that were read. */
  #uidsBorne = 0;
  #areUidsInOrder = true;
  #writer = new MsgpackWriter();

  /** @param reader at the first entry */
  constructor(reader: EntryReader) {
    this.#reader = reader;
    const { uids, size } = reader;
    this.#writer.arrayHeader(uids.length);
    for (const uid of uids) this.#writer.str(uid);
    this.#writer.int(size);
    this.#bytes = this.#writer.size;
  }

  /** Takes the entry into account that the reader is at. */
  follow(): void {
    const entry = this.#reader;
    const { keyStart, keyEnd, valueStart, valueEnd, uidPlace } = entry;
    const writer = this.#writer;
    writer.clear();
    writer.strHeader(keyEnd - keyStart);
    if (valueStart === noValue) writer.nil();
    else if (entry.isBin) writer.binHeader(valueEnd - valueStart);
    else writer.strHeader(valueEnd - valueStart);
    writeExtras(writer, entry.counter, entry.expiresAt);
    writer.int(entry.timestamp);
    writer.int(entry.sequence);
    writer.int(uidPlace);
    this.#bytes += writer.size + keyEnd - keyStart + valueEnd - valueStart;
    if (uidPlace === this.#uidsBorne) this.#uidsBorne++;
    this.#areUidsInOrder &&= uidPlace < this.#uidsBorne;
  }

  /** What is wrong with the spelling of all that there is, once it was read. */
  get fault(): string | undefined {
    const { uids, bytes } = this.#reader;
    if (!this.#areUidsInOrder) return "its uids do not stand in the order of its entries";
    if (this.#uidsBorne < uids.length) return "it lists a uid that no entry bears";
    return this.#bytes < bytes.length ? "its entries are written longer than need be" : undefined;
  }
}
