/**
 * How the params of calls are written, and how the values in their results are read.
 *
 * @module
 */

import { mismatch, MsgpackError, type MsgpackReader, type MsgpackWriter } from "../rpc/mod.ts";

/** A value: text is a str on the wire, bytes are a bin, and each comes back as what it was put as. */
export type Value = string | Uint8Array;

/** Writes the params of a call that has one, a str. @throws as `writeStr` does. */
export function writeOnlyStr(writer: MsgpackWriter, name: string, text: string): void {
  writer.arrayHeader(1);
  writeStr(writer, name, text);
}

/** Writes a str. @throws {TypeError} when it has a lone surrogate: UTF-8 cannot hold it. */
export function writeStr(writer: MsgpackWriter, name: string, text: string): void {
  if (typeof text !== "string") {
    throw new TypeError(`Cannot use ${String(text)} as a ${name}: allowed is a string`);
  }
  if (!writer.str(text)) {
    throw new TypeError(
      `Cannot use ${
        JSON.stringify(text)
      } as a ${name}: found a lone surrogate, allowed is text that UTF-8 can hold`,
    );
  }
}

/** Writes a value. @throws {TypeError} when it is none, or has a lone surrogate. */
export function writeValueParam(writer: MsgpackWriter, value: Value): void {
  if (value instanceof Uint8Array) writer.bin(value);
  else if (typeof value === "string") writeStr(writer, "value", value);
  else {
    throw new TypeError(
      `Cannot use ${String(value)} as a value: allowed is a string or a Uint8Array`,
    );
  }
}

/** Writes an integer. @throws {RangeError} when it is no safe integer of `min` or more. */
export function writeInt(writer: MsgpackWriter, name: string, value: number, min: number): void {
  if (!Number.isSafeInteger(value) || value < min) {
    throw new RangeError(
      `Cannot use ${String(value)} as a ${name}: allowed is an integer from ${min} to 2^53-1`,
    );
  }
  writer.int(value);
}

/** Reads a value, with memory of its own. @throws {MsgpackError} when it is none. */
export function expectValue(reader: MsgpackReader): Value {
  return reader.bin()?.slice() ?? expectStr(reader);
}

/** Reads the result of a method that answers nothing. @throws {MsgpackError} when it is not nil. */
export function expectNil(reader: MsgpackReader, method: string): void {
  if (!reader.nil()) throw new MsgpackError(`the result of ${method} is not nil`);
}

/** Reads the result of a method that answers yes or no. @throws {MsgpackError} when it is no bool. */
export function expectBool(reader: MsgpackReader, method: string): boolean {
  const value = reader.bool();
  if (value === undefined) throw new MsgpackError(`the result of ${method} is not a bool`);
  return value;
}

/** Reads an integer of 0 or more. @throws {MsgpackError} when it is none. */
export function expectUint(reader: MsgpackReader): number {
  const value = reader.uint();
  if (value === mismatch) throw new MsgpackError("a number in a result is none");
  return value;
}

/** Reads a str. @throws {MsgpackError} when it is none. */
export function expectStr(reader: MsgpackReader): string {
  const text = reader.str();
  if (text === undefined) throw new MsgpackError("a key or value in a result is not a str");
  return text;
}

/** Reads the order of an entry. @throws {MsgpackError} when it is none. */
export function expectOrder(
  reader: MsgpackReader,
  method: string,
): readonly [timestamp: number, sequence: number, uid: string] {
  if (reader.arrayHeader() !== 3) {
    throw new MsgpackError(`an order in the result of ${method} is not of three parts`);
  }
  return [expectUint(reader), expectUint(reader), expectStr(reader)];
}
