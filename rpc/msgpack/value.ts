import { valueDepthMax } from "../../limits.ts";
import { MsgpackError, MsgpackReader, notThis } from "./reader.ts";
import { MsgpackWriter } from "./writer.ts";

/**
 * Any JavaScript value that can travel, as MessagePack and back: what arrives equals what was sent
 * and shares nothing with it.
 *
 * Beyond what MessagePack has, three extensions keep JavaScript's own distinctions.
 */
const extUndefined = 0;
const extMap = 1;
/** A bigint that a number could hold; others are plain 64-bit integers. */
const extBigint = 2;

const bigintMin = -(2n ** 63n);
const bigintMax = 2n ** 64n - 1n;

/** A value that cannot travel. `message` names the path to the offending part. */
export class UnmarshallableError extends TypeError {
  override name = "UnmarshallableError";
}

/**
 * Appends `value` to `writer`: null, undefined, booleans, numbers, bigints of up to 64 bits,
 * strings, `Uint8Array`, and arrays, plain objects and `Map`s of such.
 *
 * @throws {UnmarshallableError} for anything else, naming its path; `writer` then holds a part of it.
 */
export function writeValue(writer: MsgpackWriter, value: unknown, root = "message"): void {
  try {
    write(writer, value, 0);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new UnmarshallableError(
      `Cannot marshal ${root}${error.path}: found ${error.found}, allowed are null, undefined, ` +
        `booleans, numbers, bigints of up to 64 bits, strings, Uint8Array, and arrays, plain ` +
        `objects and Maps of these`,
    );
  }
}

/** @returns `value` as bytes of its own. @throws {UnmarshallableError} as `writeValue` does. */
export function encode(value: unknown): Uint8Array<ArrayBuffer> {
  const writer = new MsgpackWriter();
  writeValue(writer, value, "value");
  return writer.written();
}

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

// ---- writing --------------------------------------------------------------------------------

/** On its way up from the offending part it gathers the path. */
class Refusal {
  path = "";
  #cycle = 0;

  constructor(public found: string, private readonly culprit?: unknown) {}

  /** Called by each container that the refusal passes, with the key or index of the part. */
  passing(container: object, part: unknown): void {
    this.path = pathSegment(container, part) + this.path;
    if (container !== this.culprit) return;
    // Nested too deep because it contains itself: name one turn of the cycle, not all of them.
    if (this.#cycle === 0) {
      this.#cycle = this.path.length;
      this.found = "a cycle";
    } else this.path = this.path.slice(0, this.#cycle);
  }
}

function write(writer: MsgpackWriter, value: unknown, depth: number): void {
  switch (typeof value) {
    case "string":
      if (!writer.str(value)) throw new Refusal("a string with a lone surrogate");
      return;
    case "number":
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) writer.int(value);
      else writer.float(value);
      return;
    case "boolean":
      return writer.bool(value);
    case "undefined":
      return writer.endExt(writer.beginExt(extUndefined));
    case "bigint":
      return writeBigint(writer, value);
    case "object":
      return value === null ? writer.nil() : writeObject(writer, value, depth);
    default:
      throw new Refusal(`a ${typeof value}`);
  }
}

function writeBigint(writer: MsgpackWriter, value: bigint): void {
  if (value < bigintMin || value > bigintMax) throw new Refusal("a bigint beyond 64 bits");
  if (!Number.isSafeInteger(Number(value))) return writer.bigint(value);
  const place = writer.beginExt(extBigint);
  writer.bigint(value);
  writer.endExt(place);
}

function writeObject(writer: MsgpackWriter, value: object, depth: number): void {
  if (value instanceof Uint8Array) return writer.bin(value);
  if (depth === valueDepthMax) {
    throw new Refusal(`a value nested deeper than ${valueDepthMax} levels`, value);
  }
  const prototype = Object.getPrototypeOf(value);
  let part: unknown = noPart;
  try {
    if (Array.isArray(value) && prototype === Array.prototype) {
      writer.arrayHeader(value.length);
      for (let i = 0; i < value.length; i++) write(writer, value[part = i], depth + 1);
    } else if (value instanceof Map && prototype === Map.prototype) {
      const place = writer.beginExt(extMap);
      writer.mapHeader(value.size);
      for (const [key, item] of value) {
        write(writer, part = key, depth + 1);
        write(writer, item, depth + 1);
      }
      writer.endExt(place);
    } else if (prototype === Object.prototype || prototype === null) {
      const keys = Object.keys(value);
      writer.mapHeader(keys.length);
      for (const key of keys) {
        write(writer, part = key, depth + 1);
        write(writer, (value as Record<string, unknown>)[key], depth + 1);
      }
    } else throw new Refusal(instanceOf(prototype));
  } catch (error) {
    if (error instanceof Refusal && part !== noPart) error.passing(value, part);
    throw error;
  }
}

/** The part of a container that is itself refused; `undefined` may be a key of a Map. */
const noPart = Symbol();

function instanceOf(prototype: object): string {
  const name = prototype.constructor?.name;
  return typeof name === "string" && name ? `an instance of ${name}` : "a class instance";
}

function pathSegment(container: object, part: unknown): string {
  if (container instanceof Map) {
    if (typeof part === "string") return `.get(${JSON.stringify(part)})`;
    return `.get(${Object(part) === part ? "…" : String(part)})`;
  }
  if (typeof part === "number") return `[${part}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(String(part))
    ? `.${part}`
    : `[${JSON.stringify(part)}]`;
}

// ---- reading --------------------------------------------------------------------------------

function read(reader: MsgpackReader, depth: number): unknown {
  const type = reader.peek();
  if (type < 0x80 || type >= 0xe0) return reader.number();
  if (type < 0x90 || type === 0xde || type === 0xdf) return readObject(reader, depth);
  if (type < 0xa0 || type === 0xdc || type === 0xdd) return readArray(reader, depth);
  if (type < 0xc0 || (type >= 0xd9 && type <= 0xdb)) return reader.str();
  if (type === 0xc0) return reader.nil(), null;
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
    const key = reader.str();
    if (key === undefined) throw new MsgpackError("a key of a map is not a str");
    const value = read(reader, depth + 1);
    if (key === "__proto__") define(object, key, value);
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
      if (count === notThis) throw new MsgpackError("a Map is not a map");
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
  if (depth === valueDepthMax) throw new MsgpackError(`nested deeper than ${valueDepthMax} levels`);
  if (reader.at + count > reader.end) throw new MsgpackError("the bytes end inside a value");
}

/** Plain assignment of this key would set the prototype instead of a property. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
