import type { MsgpackWriter } from "../rpc/mod.ts";
import type { Order } from "./order.ts";

/** An entry on its way from one replica to others. */
export class Entry implements Order {
  /**
   * @param key UTF-8 bytes, each as one character: so JavaScript's order of strings is the order
   * of the bytes, and `"__proto__"` is a key like others
   * @param value UTF-8 bytes; `null` is a tombstone
   */
  constructor(
    readonly key: string,
    readonly value: Uint8Array | null,
    readonly timestamp: number,
    readonly sequence: number,
    readonly uid: string,
  ) {}

  /** Length of key and value together. */
  get bytes(): number {
    return this.key.length + (this.value?.length ?? 0);
  }

  /** Appends the key as a str. */
  writeKey(writer: MsgpackWriter): void {
    writer.strHeader(this.key.length);
    writer.ensure(this.key.length);
    for (let i = 0; i < this.key.length; i++) {
      writer.bytes[writer.length + i] = this.key.charCodeAt(i);
    }
    writer.length += this.key.length;
  }

  /** Appends the value as a str, or nil for a tombstone. */
  writeValue(writer: MsgpackWriter): void {
    if (this.value === null) writer.nil();
    else writer.strBytes(this.value);
  }
}

/** The bytes of a key as characters, each of one byte. A key is short enough for one call. */
export function keyOf(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[]);
}
