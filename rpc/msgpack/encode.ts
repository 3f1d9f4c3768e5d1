/**
 * Any JavaScript value that can travel, as MessagePack: what `decode.ts` makes of it equals what was
 * given and shares nothing with it.
 *
 * @module
 */

import { valueDepthMax } from "../../limits.ts";
import { extBigint, extMap, extUndefined } from "./extensions.ts";
import { Refusal } from "./refusal.ts";
import { MsgpackWriter } from "./writer.ts";

/** @returns `value` as bytes of its own. @throws {UnmarshallableError} as `writeValue` does. */
export function encode(value: unknown): Uint8Array<ArrayBuffer> {
  const writer = new MsgpackWriter();
  writeValue(writer, value, "value");
  return writer.written();
}

/**
 * Appends `value` to `writer`: null, undefined, booleans, numbers, bigints of up to 64 bits,
 * strings, `Uint8Array`, and arrays, plain objects and `Map`s of such.
 *
 * @throws {UnmarshallableError} for anything else, naming its path; `writer` then holds a part of it.
 */
export function writeValue(writer: MsgpackWriter, value: unknown, root = "message"): void {
  inheriting = inheritsKeys();
  try {
    write(writer, value, 0);
  } catch (error) {
    throw error instanceof Refusal ? error.toError(root) : error;
  }
}

/** Whether somebody gave all objects properties that `for in` shows: looked at once a message. */
let inheriting = false;

function inheritsKeys(): boolean {
  for (const _ in plainObject) return true;
  return false;
}

const plainObject = {};

/** No `switch (typeof value)`: V8 would make a string of the type, and compare that. */
function write(writer: MsgpackWriter, value: unknown, depth: number): void {
  if (typeof value === "string") writeText(writer, value);
  else if (typeof value === "number") {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) writer.int(value);
    else writer.float(value);
  } else if (typeof value === "object") {
    if (value === null) writer.nil();
    else writeObject(writer, value, depth);
  } else if (typeof value === "boolean") writer.bool(value);
  else if (value === undefined) writer.endExt(writer.beginExt(extUndefined));
  else if (typeof value === "bigint") writeBigint(writer, value);
  else throw new Refusal(`a ${typeof value}`);
}

function writeText(writer: MsgpackWriter, text: string): void {
  if (!writer.str(text)) throw new Refusal("a string with a lone surrogate");
}

const bigintMin = -(2n ** 63n);
const bigintMax = 2n ** 64n - 1n;

function writeBigint(writer: MsgpackWriter, value: bigint): void {
  if (value < bigintMin || value > bigintMax) throw new Refusal("a bigint beyond 64 bits");
  if (!Number.isSafeInteger(Number(value))) return writer.bigint(value);
  const place = writer.beginExt(extBigint);
  writer.bigint(value);
  writer.endExt(place);
}

/** The most frequent kinds come first; each is told by its prototype, which costs least. */
function writeObject(writer: MsgpackWriter, value: object, depth: number): void {
  if (depth === valueDepthMax && !(value instanceof Uint8Array)) {
    throw new Refusal(`a value nested deeper than ${valueDepthMax} levels`, value);
  }
  const prototype = Object.getPrototypeOf(value);
  let part: unknown = noPart;
  try {
    if (prototype === Object.prototype || prototype === null) {
      const place = writer.beginMap();
      let count = 0;
      for (const key in value) {
        if (inheriting && !Object.hasOwn(value, key)) continue;
        writeText(writer, part = key);
        write(writer, (value as Record<string, unknown>)[key], depth + 1);
        count++;
      }
      writer.endMap(place, count);
      part = noPart;
      refuseSymbols(value);
    } else if (prototype === Array.prototype && Array.isArray(value)) {
      const count = value.length;
      writer.arrayHeader(count);
      for (let i = 0; i < count; i++) write(writer, value[part = i], depth + 1);
      part = noPart;
      const name = lastName(value);
      if (name !== undefined) {
        throw new Refusal(`an array with the property ${JSON.stringify(name)}`);
      }
      refuseSymbols(value);
    } else if (value instanceof Uint8Array) {
      writer.bin(value);
    } else if (prototype === Map.prototype && value instanceof Map) {
      const place = writer.beginExt(extMap);
      writer.mapHeader(value.size);
      for (const [key, item] of value) {
        write(writer, part = key, depth + 1);
        write(writer, item, depth + 1);
      }
      writer.endExt(place);
    } else throw new Refusal(instanceOf(prototype));
  } catch (error) {
    if (error instanceof Refusal && part !== noPart) error.passing(value, part);
    throw error;
  }
}

/** MessagePack has no place for them, and what was left out would be missed at the other end. */
function refuseSymbols(container: object): void {
  if (Object.getOwnPropertySymbols(container).length === 0) return;
  throw new Refusal("a property whose key is a symbol");
}

/** The last property of an array that is none of its items: names stand behind all indices. */
function lastName(array: readonly unknown[]): string | undefined {
  const last = Object.keys(array).at(-1);
  return last === undefined || String(Number(last) >>> 0) === last ? undefined : last;
}

/** The part of a container that is itself refused; `undefined` may be a key of a Map. */
const noPart = Symbol();

function instanceOf(prototype: object): string {
  const name = prototype.constructor?.name;
  return typeof name === "string" && name ? `an instance of ${name}` : "a class instance";
}
