import type { MsgpackWriter } from "../../rpc/mod.ts";
import { LargeValues } from "./large_values.ts";
import { type Records, tombstone } from "./records.ts";
import { ValueLog } from "./value_log.ts";

/** The start of a value that is a tombstone, instead of where its bytes begin. */
export const noValue = -1;

/** A longer value has memory of its own. At 1/32 of a segment, little of one is lost at its end. */
const logBytesMax = 4096;

/** The values of records, each where its length says. */
export class Values {
  #records: Records;
  #log: ValueLog;
  #large = new LargeValues();

  constructor(records: Records) {
    this.#records = records;
    this.#log = new ValueLog(
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
   * @throws {RpcError} `overloaded` at `storeValueBytesMax`; then it keeps the one it has.
   */
  set(n: number, bytes: Uint8Array, start: number, end: number): void {
    const held = this.#records.valueLength(n);
    const length = start === noValue ? tombstone : end - start;
    const place = this.#records.valuePlace(n);
    if (isInLog(held) && isInLog(length)) {
      this.#records.setValue(
        n,
        length,
        this.#log.replace(place, held, n, bytes, start, end),
      );
    } else if (isLarge(held) && isLarge(length)) {
      this.#large.replace(place, bytes, start, end);
      this.#records.setValue(n, length, place);
    } else {
      const added = isInLog(length)
        ? this.#log.add(n, bytes, start, end)
        : isLarge(length)
        ? this.#large.add(bytes, start, end)
        : 0;
      if (isInLog(held)) this.#log.remove(place, held);
      else if (isLarge(held)) this.#large.remove(place);
      this.#records.setValue(n, length, added);
    }
    this.#log.clean();
  }

  /** Appends the value as a str, or nil for a tombstone. */
  write(writer: MsgpackWriter, n: number): void {
    const length = this.#records.valueLength(n);
    if (length === tombstone) return writer.nil();
    const start = this.#startOf(n, length);
    writer.strBytes(this.#bytesOf(n, length), start, start + length);
  }

  /** A copy of the value; `null` for a tombstone. */
  copy(n: number): Uint8Array | null {
    const length = this.#records.valueLength(n);
    if (length === tombstone) return null;
    const start = this.#startOf(n, length);
    return this.#bytesOf(n, length).slice(start, start + length);
  }

  #bytesOf(n: number, length: number): Uint8Array {
    if (length === 0) return noBytes;
    const place = this.#records.valuePlace(n);
    return isInLog(length) ? this.#log.bytesAt(place) : this.#large.bytesAt(place);
  }

  #startOf(n: number, length: number): number {
    return isInLog(length) ? this.#log.startOf(this.#records.valuePlace(n)) : 0;
  }
}

const noBytes = new Uint8Array();

function isInLog(length: number): boolean {
  return length > 0 && length <= logBytesMax;
}

function isLarge(length: number): boolean {
  return length > logBytesMax && length !== tombstone;
}
