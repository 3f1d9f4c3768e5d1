/**
 * Any JavaScript value that can travel, as MessagePack: what `decode.ts` makes of it equals what was
 * given and shares nothing with it.
 *
 * @module
 */

import { wireLimits } from "../../limits.ts";
import { extBigint, extMap, extUndefined } from "./extensions.ts";
import { Refusal } from "./refusal.ts";
import { MsgpackWriter } from "./writer.ts";

const { valueDepthMax } = wireLimits;

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
 * A property that is not enumerable stays behind, as with all that copies objects; so does that a
 * property is a getter, whose value travels; a hole in an array is `undefined`. So do named properties
 * of a `Uint8Array`, because only a list of all its bytes would show them. Nothing else that a value has
 * is dropped: properties of an array or a Map beside its items, and symbols as keys, are refused.
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
      part = noPart;
      writer.endMap(place, count);
      expectNoSymbols(value);
    } else if (prototype === Array.prototype && Array.isArray(value)) {
      const count = value.length;
      let mayHaveHoles = false;
      writer.arrayHeader(count);
      for (let i = 0; i < count; i++) {
        const item = value[part = i];
        if (item === undefined) mayHaveHoles = true;
        write(writer, item, depth + 1);
      }
      part = noPart;
      expectOnlyItems(value, mayHaveHoles);
      expectNoSymbols(value);
    } else if (prototype === Uint8Array.prototype && value instanceof Uint8Array) {
      writer.bin(value);
      expectNoSymbols(value);
    } else if (prototype === Map.prototype && value instanceof Map) {
      const place = writer.beginExt(extMap);
      writer.mapHeader(value.size);
      for (const [key, item] of value) {
        write(writer, part = key, depth + 1);
        write(writer, item, depth + 1);
      }
      writer.endExt(place);
      part = noPart;
      if (Object.keys(value).length > 0) throw besideItems();
      expectNoSymbols(value);
    } else throw new Refusal(instanceOf(prototype));
  } catch (error) {
    if (error instanceof Refusal && part !== noPart) error.passing(value, part);
    throw error;
  }
}

/** Nothing in V8 tells of symbols for less than this call, some 20 ns (see `docs/performance.md`). */
function expectNoSymbols(value: object): void {
  const symbols = Object.getOwnPropertySymbols(value);
  if (symbols.length === 0) return;
  if (symbols.some((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol))) {
    throw new Refusal("a property named by a symbol");
  }
}

/** Counts values where it can: `Object.keys` would make a string of each index. */
function expectOnlyItems(array: unknown[], mayHaveHoles: boolean): void {
  if (!mayHaveHoles && Object.values(array).length === array.length) return;
  if (!Object.keys(array).every(isIndex)) throw besideItems();
}

function besideItems(): Refusal {
  return new Refusal("a property beside the items");
}

function isIndex(key: string): boolean {
  const index = Number(key) >>> 0;
  return index < 2 ** 32 - 1 && String(index) === key;
}

/** The part of a container that is itself refused; `undefined` may be a key of a Map. */
const noPart = Symbol();

function instanceOf(prototype: object): string {
  const name = prototype.constructor?.name;
  return typeof name === "string" && name ? `an instance of ${name}` : "a class instance";
}
