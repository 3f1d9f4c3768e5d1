import type { Limits } from "../../limits.ts";
import { MemoryAccount, type MsgpackWriter } from "../../rpc/mod.ts";
import { LargeValues } from "../memory/large_values.ts";
import type { WideHash } from "../memory/wide_hash.ts";
import { noValue } from "../entry/entry.ts";
import { type Records, tombstone } from "./records.ts";
import { loggedBytesMax, ValueLog } from "../memory/value_log.ts";

/**
 * The values of records. The length of a value decides where it is: in the record if there is room, in
 * a log if it is short, or in memory of its own.
 */
export class Values {
  #records: Records;
  #log: ValueLog;
  #large: LargeValues;

  /** @param limits bound the memory of those that are short @param memory is charged for all */
  constructor(records: Records, limits: Limits, memory = new MemoryAccount()) {
    this.#records = records;
    this.#large = new LargeValues(memory);
    this.#log = new ValueLog(
      limits,
      memory,
      (n) => records.valueLength(n),
      (n, place) => records.setValuePlace(n, place),
    );
  }

  /** Memory that they take. */
  get byteLength(): number {
    return this.#log.byteLength + this.#large.byteLength;
  }

  /**
   * Gives an entry the value `bytes[start..end)`, or none when `start` is `noValue`.
   *
   * @throws {RpcError} `overloaded` at `storeValueBytesMax`; then the entry keeps its value.
   */
  set(n: number, bytes: Uint8Array, start: number, end: number): void {
    const held = this.#records.valueLength(n);
    const length = start === noValue ? tombstone : end - start;
    const room = this.#records.roomBytes(n);
    if (length <= room && (held <= room || held === tombstone)) {
      // The usual case: short values of one length, the first one among them.
      this.#records.setValue(n, length, 0);
      return this.#records.fillRoom(n, bytes, start, end);
    }
    this.#records.setValue(n, length, this.#place(n, held, length, bytes, start, end));
    if (length <= room) this.#records.fillRoom(n, bytes, start, end);
    this.#log.clean();
  }

  /** Takes the value from an entry, which is left a tombstone. */
  remove(n: number): void {
    this.set(n, noBytes, noValue, noValue);
  }

  /** Appends the value as the str or bin that it is, or nil for a tombstone. */
  write(writer: MsgpackWriter, n: number): void {
    const length = this.#records.valueLength(n);
    if (length === tombstone) return writer.nil();
    const start = this.#startOf(n, length);
    if (this.#records.isBin(n)) writer.bin(this.#bytesOf(n, length), start, start + length);
    else writer.strBytes(this.#bytesOf(n, length), start, start + length);
  }

  /** Appends the bytes of the value from `start` up to `end`, as they are. */
  append(writer: MsgpackWriter, n: number, start: number, end: number): void {
    const length = this.#records.valueLength(n);
    const from = this.#startOf(n, length);
    writer.raw(this.#bytesOf(n, length), from + start, from + end);
  }

  /** A copy of the value; `null` for a tombstone. */
  copy(n: number): Uint8Array | null {
    const length = this.#records.valueLength(n);
    if (length === tombstone) return null;
    const start = this.#startOf(n, length);
    return this.#bytesOf(n, length).slice(start, start + length);
  }

  /**
   * Returns the hash of a value that is long. Shorter ones have none, because hashing them takes no longer
   * than finding what was kept of them.
   */
  longHash(n: number, hash: WideHash): Uint32Array | undefined {
    const length = this.#records.valueLength(n);
    if (!isLarge(length)) return undefined;
    return this.#large.hashOf(this.#records.valuePlace(n), length, hash);
  }

  /** Adds the bytes of a value that is not long, and no tombstone. */
  addTo(hash: WideHash, n: number): void {
    const length = this.#records.valueLength(n);
    const start = this.#startOf(n, length);
    hash.bytes(this.#bytesOf(n, length), start, start + length);
  }

  /** Asserts that the values of `numbers`, all entries, are where they belong. @throws {Error} */
  assertInvariants(numbers: readonly number[]): void {
    const logged = numbers.filter((n) => this.#isInLog(n, this.#records.valueLength(n)));
    this.#log.assertInvariants(new Map(logged.map((n) => [n, this.#records.valuePlace(n)])));
    const large = numbers.filter((n) => isLarge(this.#records.valueLength(n)));
    this.#large.assertInvariants(large.map((n) => this.#records.valuePlace(n)));
  }

  /** Places a value that is outside the record, or replaces one that was. */
  #place(
    n: number,
    held: number,
    length: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): number {
    const place = this.#records.valuePlace(n);
    const wasInLog = this.#isInLog(n, held);
    const isInLog = this.#isInLog(n, length);
    if (wasInLog && isInLog) return this.#log.replace(place, held, n, bytes, start, end);
    if (isLarge(held) && isLarge(length)) return this.#large.replace(place, bytes, start, end);
    const added = isInLog
      ? this.#log.add(n, bytes, start, end)
      : isLarge(length)
      ? this.#large.add(bytes, start, end)
      : 0;
    if (wasInLog) this.#log.remove(place, held);
    else if (isLarge(held)) this.#large.remove(place);
    return added;
  }

  #bytesOf(n: number, length: number): Uint8Array {
    if (length <= this.#records.roomBytes(n)) return this.#records.bytesAt(n);
    const place = this.#records.valuePlace(n);
    return length <= loggedBytesMax ? this.#log.bytesAt(place) : this.#large.bytesAt(place);
  }

  #startOf(n: number, length: number): number {
    if (length <= this.#records.roomBytes(n)) return this.#records.roomStart(n);
    return length <= loggedBytesMax ? this.#log.startOf(this.#records.valuePlace(n)) : 0;
  }

  #isInLog(n: number, length: number): boolean {
    return length > this.#records.roomBytes(n) && length <= loggedBytesMax;
  }
}

const noBytes = new Uint8Array();

function isLarge(length: number): boolean {
  return length > loggedBytesMax && length !== tombstone;
}
