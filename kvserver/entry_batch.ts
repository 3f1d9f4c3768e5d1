import { MsgpackWriter } from "../rpc/mod.ts";

/** Room that a message needs beside its entries. */
export const envelopeBytes = 32 * 1024;

/** Where entries are, by their numbers. */
export interface EntrySource {
  /** Length of an entry's key and value together. */
  bytesOf(n: number): number;
  uidOf(n: number): string;
  timestampOf(n: number): number;
  sequenceOf(n: number): number;
  /** Appends an entry's key as a str. */
  writeKey(writer: MsgpackWriter, n: number): void;
  /** Appends an entry's value as a str, or nil for a tombstone. */
  writeValue(writer: MsgpackWriter, n: number): void;
}

/** The most bytes that an entry takes in a message, beside its key, value and uid. */
const entryOverheadBytes = 5 + 5 + 9 + 5 + 5;

/**
 * Entries for one message between replicas: as many as it may hold, written from where they are.
 *
 * In the message stand the uids that the entries name, their number, and of each key, value,
 * timestamp, sequence and the place of its uid among these, one behind the other. An `EntryReader`
 * reads them.
 */
export class EntryBatch {
  #source: EntrySource;
  #bytesMax: number;
  #bytes = envelopeBytes;
  #numbers: number[] = [];
  #uids = new Map<string, number>();

  /** @param bytesMax of the message; a single entry may be longer */
  constructor(source: EntrySource, bytesMax: number) {
    this.#source = source;
    this.#bytesMax = bytesMax;
  }

  /** How many entries there are. */
  get size(): number {
    return this.#numbers.length;
  }

  /** Adds an entry, if the message has room for it. @returns whether it had. */
  add(n: number): boolean {
    const uid = this.#source.uidOf(n);
    const isNew = !this.#uids.has(uid);
    const bytes = this.#bytes + this.#source.bytesOf(n) + entryOverheadBytes +
      (isNew ? uid.length + 5 : 0);
    if (bytes > this.#bytesMax && this.size > 0) return false;
    if (isNew) this.#uids.set(uid, this.#uids.size);
    this.#bytes = bytes;
    this.#numbers.push(n);
    return true;
  }

  /** The entries as bytes; as they are now, not as they were when they were added. */
  encode(): Uint8Array {
    const writer = new MsgpackWriter(this.#bytes);
    this.write(writer);
    return writer.written();
  }

  /** Appends the same bytes. */
  write(writer: MsgpackWriter): void {
    writer.arrayHeader(this.#uids.size);
    for (const uid of this.#uids.keys()) writer.str(uid);
    writer.int(this.size);
    for (const n of this.#numbers) {
      this.#source.writeKey(writer, n);
      this.#source.writeValue(writer, n);
      writer.int(this.#source.timestampOf(n));
      writer.int(this.#source.sequenceOf(n));
      writer.int(this.#uids.get(this.#source.uidOf(n))!);
    }
  }
}
