import { crc32 } from "node:zlib";
import { wireLimits } from "../../limits.ts";
import { MsgpackWriter } from "../../rpc/mod.ts";
import { uidSeed } from "../entry/checksum.ts";
import { noExpiry, noValue } from "../entry/entry.ts";
import { envelopeBytes, writeExtras, writtenBytesMax } from "../entry/entry_batch.ts";
import { type EntryRow, outOfBounds } from "./entry_row.ts";

/** An actor of the table of entries. */
interface RowActor {
  readonly uid: string;
  /** Where the checksums of its entries begin. */
  readonly seed: number;
  /** The batch that has its uid, and the uid's place there. */
  batch: number;
  place: number;
}

/**
 * Makes batches of rows of the table of entries, in the form of an `EntryBatch`, and checks each row: none is
 * in a batch that is not as it was written. A row is written once, from where it was read, because the start
 * of a server waits for it.
 */
export class RowBatches {
  /** Rows that were taken, and their checksums, all of them exclusive-or. */
  entries = 0;
  checksum = 0;
  #batchBytes: number;
  #hasChecksums: boolean;
  #actors: ReadonlyMap<number, RowActor>;
  /** The entries of the batch, without what stands in front of them. */
  #writer: MsgpackWriter;
  #uids: string[] = [];
  #size = 0;
  /** The number of the batch, from 1 on. */
  #batch = 1;
  /** The actor of the row before. */
  #last: { readonly number: number; readonly actor: RowActor } | undefined;

  /**
   * @param uids of the actors, by their numbers
   * @param hasChecksums whether the rows have checksums
   * @param batchBytes of a batch, about; a single entry may be longer
   */
  constructor(uids: ReadonlyMap<number, string>, hasChecksums: boolean, batchBytes: number) {
    this.#hasChecksums = hasChecksums;
    this.#batchBytes = batchBytes - envelopeBytes;
    this.#writer = new MsgpackWriter(batchBytes);
    this.#actors = new Map(
      [...uids].map(([number, uid]) => [
        number,
        { uid, seed: uidSeed(uid), batch: 0, place: 0 },
      ]),
    );
  }

  /** Whether the batch has entries, and no room for a row. */
  isFullFor(row: EntryRow): boolean {
    return this.#size > 0 && this.#writer.size + bytesMaxOf(row) > this.#batchBytes;
  }

  /** Takes a row into the batch. @returns why it is no entry, or not the one that was written. */
  add(row: EntryRow): string | undefined {
    const fault = faultOf(row);
    if (fault !== undefined) return fault;
    const actor = this.#actorOf(row.actor);
    if (actor === undefined) return `it is of actor ${row.actor}, whom nobody knows`;
    const writer = this.#writer;
    const start = writer.size;
    writer.ensure(bytesMaxOf(row));
    writer.strBytes(row.keyIn, row.keyStart, row.keyEnd);
    if (row.valueStart === noValue) writer.nil();
    else if (row.isBin) writer.bin(row.valueIn, row.valueStart, row.valueEnd);
    else writer.strBytes(row.valueIn, row.valueStart, row.valueEnd);
    writeExtras(writer, row.counter, row.expiresAt);
    writer.int(row.timestamp);
    writer.int(row.sequence);
    if (this.#hasChecksums) {
      const written = writer.bytes.subarray(writer.start + start, writer.length);
      if (crc32(written, actor.seed) !== row.checksum) {
        writer.truncate(start);
        return "it does not match its checksum";
      }
    }
    writer.int(this.#placeOf(actor));
    this.#size++;
    this.entries++;
    this.checksum = (this.checksum ^ row.checksum) >>> 0;
  }

  /** The batch, after which the next one begins; `undefined` when it has no entries. */
  take(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#size === 0) return undefined;
    const head = new MsgpackWriter();
    head.arrayHeader(this.#uids.length);
    for (const uid of this.#uids) head.str(uid);
    head.int(this.#size);
    const batch = new Uint8Array(head.size + this.#writer.size);
    batch.set(head.written());
    batch.set(this.#writer.written(), head.size);
    this.#writer.clear();
    this.#uids = [];
    this.#size = 0;
    this.#batch++;
    return batch;
  }

  #actorOf(number: number): RowActor | undefined {
    if (this.#last?.number === number) return this.#last.actor;
    const actor = this.#actors.get(number);
    if (actor !== undefined) this.#last = { number, actor };
    return actor;
  }

  /** The place of an actor's uid among those of the batch. */
  #placeOf(actor: RowActor): number {
    if (actor.batch !== this.#batch) {
      actor.batch = this.#batch;
      actor.place = this.#uids.push(actor.uid) - 1;
    }
    return actor.place;
  }
}

function bytesMaxOf(
  { keyStart, keyEnd, valueStart, valueEnd, counter, expiresAt }: EntryRow,
): number {
  return writtenBytesMax(keyEnd - keyStart + valueEnd - valueStart, counter, expiresAt) + 5;
}

/** Why a row is no entry, whatever its checksum says. */
function faultOf(row: EntryRow): string | undefined {
  if (row.keyEnd - row.keyStart > wireLimits.keyBytesMax) return "its key is none";
  if (row.timestamp === outOfBounds) return "its timestamp is out of bounds";
  if (row.sequence === outOfBounds) return "its sequence is out of bounds";
  if (row.counter === outOfBounds) return "its counter is out of bounds";
  const { expiresAt } = row;
  if (expiresAt === outOfBounds || (expiresAt !== noExpiry && row.valueStart === noValue)) {
    return "its expiry is none";
  }
}
