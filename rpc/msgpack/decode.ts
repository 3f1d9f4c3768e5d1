/**
 * JavaScript values from MessagePack: what `encode.ts` was given, or what another implementation
 * wrote. Whatever the bytes are, what they ask for is bounded by their length and `valueDepthMax`.
 *
 * @module
 */

import { wireLimits } from "../../limits.ts";
import { extBigint, extMap, extUndefined } from "./extensions.ts";
import { mismatch, MsgpackError, MsgpackReader } from "./reader.ts";
import { TextCache } from "./text_cache.ts";

const { valueDepthMax } = wireLimits;

/**
 * The value that `bytes[start..end)` hold; `Uint8Array`s in it are views of them.
 *
 * @throws {MsgpackError} when they are not exactly one value, or nest deeper than `valueDepthMax`.
 */
export function decode(bytes: Uint8Array, start = 0, end = bytes.length): unknown {
  decoding.reset(bytes, start, end);
  try {
    const value = readValue(decoding);
    if (!decoding.atEnd) throw new MsgpackError("bytes follow the value");
    return value;
  } finally {
    decoding.reset(nothing);
  }
}

/** One for all calls: decoding runs no code but its own, so no two of them overlap. */
const nothing = new Uint8Array();
const decoding = new MsgpackReader(nothing);

/** Consumes one value. @throws {MsgpackError} as `decode` does. */
export function readValue(reader: MsgpackReader): unknown {
  try {
    return read(reader, 0);
  } catch (error) {
    if (error instanceof MsgpackError) throw error;
    throw new MsgpackError("a str is not UTF-8", { cause: error });
  }
}

/** Two, so that texts that come once and never again drive no key out. */
const keys = new TextCache();
const texts = new TextCache();

function read(reader: MsgpackReader, depth: number): unknown {
  const type = reader.peek();
  if (type < 0x80) return reader.at++, type;
  if (type < 0x90 || type === 0xde || type === 0xdf) return readObject(reader, depth);
  if (type < 0xa0 || type === 0xdc || type === 0xdd) return readArray(reader, depth);
  if (type < 0xc0 || (type >= 0xd9 && type <= 0xdb)) {
    const count = reader.strHeader();
    return texts.text(reader.bytes, reader.at, reader.at += count);
  }
  if (type >= 0xe0) return reader.at++, type - 0x100;
  if (type === 0xc0) return reader.at++, null;
  if (type <= 0xc3) {
    if (type === 0xc1) throw new MsgpackError("the byte 0xc1 starts no value");
    return reader.bool();
  }
  if (type <= 0xc6) return reader.bin();
  if (type >= 0xca && type <= 0xd3) return reader.number();
  return readExt(reader, depth);
}

function readArray(reader: MsgpackReader, depth: number): unknown[] {
  const count = reader.arrayHeader();
  checkNesting(reader, depth, count);
  const array: unknown[] = [];
  for (let i = 0; i < count; i++) array.push(read(reader, depth + 1));
  return array;
}

function readObject(reader: MsgpackReader, depth: number): Record<string, unknown> {
  const count = reader.mapHeader();
  checkNesting(reader, depth, count);
  const object: Record<string, unknown> = {};
  for (let i = 0; i < count; i++) {
    const keyBytes = reader.strHeader();
    if (keyBytes === mismatch) throw new MsgpackError("a key of a map is not a str");
    const key = keys.text(reader.bytes, reader.at, reader.at += keyBytes);
    const value = read(reader, depth + 1);
    if (keyBytes === protoBytes && key === "__proto__") define(object, key, value);
    else object[key] = value;
  }
  return object;
}

function readExt(reader: MsgpackReader, depth: number): unknown {
  const count = reader.extHeader();
  const end = reader.at + count;
  const value = readExtContent(reader, depth);
  if (reader.at !== end) {
    throw new MsgpackError("an extension is longer or shorter than its content");
  }
  return value;
}

function readExtContent(reader: MsgpackReader, depth: number): unknown {
  switch (reader.extType) {
    case extUndefined:
      return undefined;
    case extBigint: {
      const value = reader.number();
      if (value === undefined || !Number.isSafeInteger(Number(value))) {
        throw new MsgpackError("a short bigint is not an integer that a number can hold");
      }
      return BigInt(value);
    }
    case extMap: {
      const count = reader.mapHeader();
      if (count === mismatch) throw new MsgpackError("a Map is not a map");
      checkNesting(reader, depth, count);
      const map = new Map<unknown, unknown>();
      for (let i = 0; i < count; i++) map.set(read(reader, depth + 1), read(reader, depth + 1));
      return map;
    }
    default:
      throw new MsgpackError(`the extension type ${reader.extType} is not known`);
  }
}

/** Nothing is allocated, and no level entered, for elements that cannot be there. */
function checkNesting(reader: MsgpackReader, depth: number, count: number): void {
  if (depth === valueDepthMax) {
    throw new MsgpackError(`nested deeper than ${valueDepthMax} levels`);
  }
  if (reader.at + count > reader.end) throw new MsgpackError("the bytes end inside a value");
}

const protoBytes = "__proto__".length;

/** Plain assignment of this key would set the prototype instead of a property. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
