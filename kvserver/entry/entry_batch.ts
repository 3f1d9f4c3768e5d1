import { MsgpackWriter } from "../../rpc/mod.ts";
import { noCounter, noExpiry } from "./entry.ts";

/** Room that a message needs beside its entries. */
export const envelopeBytes = 32 * 1024;

/** Bytes of a batch beside its entries and their uids, at the most. */
export const countsBytes = 16;

/** Holds entries by their numbers. */
export interface EntrySource {
  /** Appends an entry's key, value, what `writeExtras` appends, timestamp and sequence. */
  writeEntry(writer: MsgpackWriter, n: number): void;
  /** The most bytes that `writeEntry` appends. */
  writtenBytesMax(n: number): number;
  /** The number of an entry's uid. */
  uidNumberOf(n: number): number;
  /** The uid of a number. */
  uid(number: number): string;
}

/**
 * The most bytes that `writeEntry` appends for a key and value of so many bytes together, and for these
 * extras.
 */
export function writtenBytesMax(bytes: number, counter: number, expiresAt: number): number {
  return bytes + 5 + 5 + 9 + 5 + (counter === noCounter && expiresAt === noExpiry ? 0 : 1 + 9) +
    (expiresAt === noExpiry ? 0 : 9);
}

/** Appends an entry's counter and the time of its expiry as an array, if it has either. */
export function writeExtras(writer: MsgpackWriter, counter: number, expiresAt: number): void {
  if (counter === noCounter && expiresAt === noExpiry) return;
  writer.arrayHeader(expiresAt === noExpiry ? 1 : 2);
  writer.int(counter);
  if (expiresAt !== noExpiry) writer.int(expiresAt);
}

/** An entry in parts. */
export interface EntryParts {
  key: Uint8Array;
  /** `null` is a tombstone. */
  value: Uint8Array | null;
  /** Whether the value is a bin, and no str. Default false. */
  isBin?: boolean;
  /** Default `noCounter`. */
  counter?: number;
  /** Default `noExpiry`. */
  expiresAt?: number;
  timestamp: number;
  sequence: number;
}

/** Appends an entry in parts, as `EntrySource.writeEntry` appends one by its number. */
export function writeEntryParts(
  writer: MsgpackWriter,
  {
    key,
    value,
    isBin = false,
    counter = noCounter,
    expiresAt = noExpiry,
    timestamp,
    sequence,
  }: EntryParts,
): void {
  writer.strBytes(key);
  if (value === null) writer.nil();
  else if (isBin) writer.bin(value);
  else writer.strBytes(value);
  writeExtras(writer, counter, expiresAt);
  writer.int(timestamp);
  writer.int(sequence);
}

/** The most bytes that an entry takes in a message, without its uid. */
export function entryBytesMax(source: EntrySource, n: number): number {
  return source.writtenBytesMax(n) + 5;
}

/**
 * Entries for one message between replicas: as many as fit, written from where they are held.
 *
 * The message holds the uids that the entries bear, the number of entries, and of each entry the key,
 * the value (nil, str or bin), extras, timestamp, sequence and the place of its uid among the uids. The
 * extras are an array, `[counter]` or `[counter, expiresAt]`, and absent when the entry has neither. An
 * `EntryReader` reads it.
 */
export class EntryBatch {
  /** The numbers of the entries. */
  readonly numbers: number[] = [];
  #source: EntrySource;
  #bytesMax: number;
  #bytes = envelopeBytes;
  /** The place of each entry's uid among the uids. */
  #places: number[] = [];
  /** By the number of a uid: its place among the uids. */
  #uids = new Map<number, number>();
  #lastUid = -1;

  /** @param bytesMax of the message; a single entry may be longer */
  constructor(source: EntrySource, bytesMax: number) {
    this.#source = source;
    this.#bytesMax = bytesMax;
  }

  /** Number of entries. */
  get size(): number {
    return this.numbers.length;
  }

  /** Adds an entry, if the message has room for it. @returns whether it was added. */
  add(n: number): boolean {
    const uid = this.#source.uidNumberOf(n);
    let bytes = this.#bytes + entryBytesMax(this.#source, n);
    // Most entries bear the uid of the entry before.
    let place = uid === this.#lastUid ? this.#places[this.size - 1] : this.#uids.get(uid);
    if (place === undefined) bytes += this.#source.uid(uid).length + 5;
    if (bytes > this.#bytesMax && this.size > 0) return false;
    if (place === undefined) this.#uids.set(uid, place = this.#uids.size);
    this.#bytes = bytes;
    this.#lastUid = uid;
    this.#places.push(place);
    this.numbers.push(n);
    return true;
  }

  /** Encodes the entries. */
  encode(): Uint8Array<ArrayBuffer> {
    // Most messages have few entries or none: a buffer with room for an envelope would take longer to make than those.
    const writer = new MsgpackWriter(this.#bytes - envelopeBytes + countsBytes);
    this.write(writer);
    return writer.written();
  }

  /** Appends the bytes that `encode` returns. */
  write(writer: MsgpackWriter): void {
    writer.arrayHeader(this.#uids.size);
    for (const uid of this.#uids.keys()) writer.str(this.#source.uid(uid));
    writer.int(this.size);
    for (let i = 0; i < this.numbers.length; i++) {
      this.#source.writeEntry(writer, this.numbers[i]);
      writer.int(this.#places[i]);
    }
  }
}
