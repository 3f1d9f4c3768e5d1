import { crc32 } from "node:zlib";
import { MsgpackWriter } from "../../rpc/mod.ts";
import { type EntryParts, type EntrySource, writeEntryParts } from "./entry_batch.ts";
import type { EntryReader } from "./entry_reader.ts";

/**
 * What a CRC-32 may begin with, made of any number: 31 bits, because with more `crc32` of Deno 2.4 gives
 * wrong results once it has been compiled.
 */
export function crc32Seed(value: number): number {
  return value & 0x7fffffff;
}

/** What the checksums of entries begin with that bear this uid. */
export function uidSeed(uid: string): number {
  return crc32Seed(crc32(uid));
}

/**
 * Checksums of entries: a CRC-32 of everything that an `EntryBatch` writes of the entry, which begins with
 * that of its uid, so that no part of an entry can change unseen.
 */
export class EntryChecksums {
  /** The checksum of each uid, where that of its entries begins. */
  #seeds = new Map<string, number>();
  #writer = new MsgpackWriter();

  /** The checksum of the entry that a reader is at. It must stand there as an `EntryBatch` writes it. */
  ofRead({ bytes, start, end, uid }: EntryReader): number {
    return crc32(bytes.subarray(start, end), this.#seedOf(uid));
  }

  /** The checksum of an entry where it is kept. */
  of(source: EntrySource, n: number): number {
    this.#writer.clear();
    source.writeEntry(this.#writer, n);
    return crc32(this.#writer.written(), this.#seedOf(source.uid(source.uidNumberOf(n))));
  }

  /** The checksum of an entry in parts. */
  ofParts({ uid, ...parts }: EntryParts & { uid: string }): number {
    this.#writer.clear();
    writeEntryParts(this.#writer, parts);
    return crc32(this.#writer.written(), this.#seedOf(uid));
  }

  #seedOf(uid: string): number {
    let seed = this.#seeds.get(uid);
    if (seed === undefined) this.#seeds.set(uid, seed = uidSeed(uid));
    return seed;
  }
}
