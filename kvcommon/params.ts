/**
 * The params of the query methods as the server reads them, in place, and its refusals.
 *
 * @module
 */

import { wireLimits } from "../limits.ts";
import {
  decodeUtf8,
  type Incoming,
  isUtf8,
  mismatch,
  type MsgpackReader,
  parseAddress,
  RpcError,
} from "../rpc/mod.ts";
import { type MethodName, startsWith } from "./methods.ts";

const { digestPartsMax, keyBytesMax, scanEntriesMax, valueBytesMax } = wireLimits;

/** The params of each method, as errors show them. */
const signatures: Record<MethodName, string> = {
  Get: "[key]",
  Put: "[key, value, options?]",
  Delete: "[key]",
  Expire: "[key, ttlMs or nil]",
  Ttl: "[key]",
  List: "[prefix]",
  Scan: "[prefix, after or nil, limit]",
  Count: "[prefix]",
  Export: "[prefix, after or nil, limit]",
  Merge: "[key, value or nil, [timestamp, sequence, uid], expiresAt or nil, counter (optional)]",
  Digest: "[from or nil, to or nil, parts or [key, ...]]",
  Ping: "[]",
  Stats: "[]",
  Members: "[]",
  Forget: "[address]",
  Watch: "[prefix, options?]",
  Unwatch: "[id]",
  Auth: "[token]",
};

/** @throws {RpcError} `bad_request` unless the request has `count` params, or up to `most`. */
export function expectParams(
  request: Incoming,
  method: MethodName,
  count: number,
  most = count,
): void {
  if (request.paramCount >= count && request.paramCount <= most) return;
  throw new RpcError(
    "bad_request",
    `Cannot ${method}: found ${request.paramCount} params, allowed are ${signatures[method]}`,
  );
}

/**
 * Reads a key, or what is as long as a key (a prefix).
 *
 * @returns its length in bytes; it ends at `reader.at`.
 * @throws {RpcError} `bad_request` when it is not a str of UTF-8, `too_large` past `keyBytesMax`.
 */
export function readKey(reader: MsgpackReader, method: MethodName, name = "key"): number {
  return readStr(reader, method, name, keyBytesMax);
}

/** Reads a value, a str as `readKey` reads a key, or a bin of any bytes. */
export function readValueParam(reader: MsgpackReader, method: MethodName): number {
  if (!reader.isBin()) return readStr(reader, method, "value", valueBytesMax, "a str or bin");
  const length = reader.binHeader();
  expectLength(length, method, "value", valueBytesMax);
  reader.at += length;
  return length;
}

/** Reads the limit of a Scan. @throws {RpcError} `bad_request` when it is not within its bounds. */
export function readScanLimit(reader: MsgpackReader, method: MethodName): number {
  const limit = reader.uint();
  if (limit >= 1 && limit <= scanEntriesMax) return limit;
  throw new RpcError(
    "bad_request",
    `Cannot ${method}: the limit is not within its bounds, allowed is an integer from 1 to ` +
      `${scanEntriesMax}`,
  );
}

/**
 * Reads how long an entry lives.
 *
 * @throws {RpcError} `bad_request` when it is not within its bounds.
 */
export function readTtlMs(reader: MsgpackReader, method: MethodName): number {
  return readTime(reader, method, "ttlMs");
}

/** Reads when an entry expires, milliseconds since the epoch. @throws as `readTtlMs` does. */
export function readExpiresAt(reader: MsgpackReader, method: MethodName): number {
  return readTime(reader, method, "expiresAt");
}

function readTime(reader: MsgpackReader, method: MethodName, name: string): number {
  const ms = readWhole(reader);
  if (ms >= 1) return ms;
  throw new RpcError(
    "bad_request",
    `Cannot ${method}: the ${name} is not within its bounds, allowed is an integer from 1 to 2^53-1`,
  );
}

/**
 * Reads a safe integer of 0 or more, or `mismatch`. Some libraries write great ones as floats, which are
 * taken too.
 */
function readWhole(reader: MsgpackReader): number {
  const value = reader.number();
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : mismatch;
}

/** Reads the options of a Put. @returns its ttlMs, if any. @throws {RpcError} `bad_request` for others. */
export function readPutOptions(reader: MsgpackReader): number | undefined {
  let ttlMs: number | undefined;
  readOptions(reader, "Put", ttlName, () => ttlMs = readTtlMs(reader, "Put"));
  return ttlMs;
}

/** Reads the options of a Watch. @returns whether it is initial. @throws as `readPutOptions` does. */
export function readWatchOptions(reader: MsgpackReader): boolean {
  let isInitial: boolean | undefined = false;
  readOptions(reader, "Watch", initialName, () => {
    isInitial = reader.bool();
    if (isInitial === undefined) {
      throw new RpcError("bad_request", "Cannot Watch: the option initial is not a bool");
    }
  });
  return isInitial;
}

const encoder = new TextEncoder();
const ttlName = encoder.encode("ttlMs");
const initialName = encoder.encode("initial");

/** Reads a map of options that may have one name. @param read reads its value */
function readOptions(
  reader: MsgpackReader,
  method: MethodName,
  name: Uint8Array,
  read: () => void,
): void {
  const count = reader.mapHeader();
  if (count === mismatch) {
    throw new RpcError("bad_request", `Cannot ${method}: the options are not a map`);
  }
  for (let i = 0; i < count; i++) {
    const length = reader.strHeader();
    const isKnown = length === name.length && startsWith(reader.bytes, reader.at, name);
    if (!isKnown) {
      const allowed = new TextDecoder().decode(name);
      throw new RpcError("bad_request", `Cannot ${method}: found an option other than ${allowed}`);
    }
    reader.at += length;
    read();
  }
}

/** Reads the id of a watch. @throws {RpcError} `bad_request` when it is no u32. */
export function readWatchId(reader: MsgpackReader): number {
  const id = reader.uint();
  if (id !== mismatch && id <= 0xffffffff) return id;
  throw new RpcError("bad_request", "Cannot Unwatch: the id is not a u32");
}

/**
 * Reads the order of an entry, of any numbers and any text.
 *
 * @throws {RpcError} `bad_request` when it is none.
 */
export function readOrderParam(reader: MsgpackReader, method: MethodName): OrderParam {
  const count = reader.arrayHeader();
  const timestamp = count === 3 ? readWhole(reader) : mismatch;
  const sequence = timestamp === mismatch ? mismatch : readWhole(reader);
  const uidBytes = sequence === mismatch ? mismatch : reader.strHeader();
  if (uidBytes === mismatch) {
    throw new RpcError(
      "bad_request",
      `Cannot ${method}: the order is not [timestamp, sequence, uid], two integers and a str`,
    );
  }
  const start = reader.at;
  reader.at += uidBytes;
  const uid = new TextDecoder().decode(reader.bytes.subarray(start, reader.at));
  return { timestamp, sequence, uid };
}

/**
 * Reads the number of a write, from 1 to `max`.
 *
 * @throws {RpcError} `bad_request` when it is none.
 */
export function readCounterParam(reader: MsgpackReader, method: MethodName, max: number): number {
  const counter = readWhole(reader);
  if (counter >= 1 && counter <= max) return counter;
  throw new RpcError(
    "bad_request",
    `Cannot ${method}: the counter is not within its bounds, allowed is an integer from 1 to ${max}`,
  );
}

/** The order of an entry as a client names it. */
export interface OrderParam {
  timestamp: number;
  sequence: number;
  uid: string;
}

/** The range of keys that a Digest asks for, and its parts. Keys are views. */
export interface DigestParams {
  /** The least key of the range; absent: it begins with the first key. */
  readonly from: Uint8Array | undefined;
  /** The least key behind the range; absent: it has no end. */
  readonly to: Uint8Array | undefined;
  /** How many parts, with as many entries each; or the keys at which each but the first begins. */
  readonly parts: number | readonly Uint8Array[];
}

/** Reads the params of a Digest. @throws {RpcError} `bad_request` when they are malformed. */
export function readDigestParams(reader: MsgpackReader): DigestParams {
  const from = readBound(reader, "from");
  const to = readBound(reader, "to");
  const count = reader.uint();
  if (count >= 1 && count <= digestPartsMax) return { from, to, parts: count };
  const keyCount = count === mismatch ? reader.arrayHeader() : mismatch;
  if (keyCount === mismatch || keyCount >= digestPartsMax) {
    throw new RpcError(
      "bad_request",
      `Cannot Digest: the parts are not within their bounds, allowed is an integer from 1 to ` +
        `${digestPartsMax}, or an array of fewer keys`,
    );
  }
  return {
    from,
    to,
    parts: Array.from({ length: keyCount }, () => readKeyBytes(reader, "part")),
  };
}

function readBound(reader: MsgpackReader, name: string): Uint8Array | undefined {
  return reader.nil() ? undefined : readKeyBytes(reader, name);
}

function readKeyBytes(reader: MsgpackReader, name: string): Uint8Array {
  const byteCount = readKey(reader, "Digest", name);
  return reader.bytes.subarray(reader.at - byteCount, reader.at);
}

/** Reads a token. @throws {RpcError} `bad_request` when it is not a str, `too_large` for one that is none. */
export function readToken(reader: MsgpackReader): string {
  const length = readStr(reader, "Auth", "token", keyBytesMax);
  return decodeUtf8(reader.bytes, reader.at - length, reader.at);
}

/** Reads the address of a server. @throws {RpcError} `bad_request` when it is none. */
export function readAddress(reader: MsgpackReader): string {
  const length = readStr(reader, "Forget", "address", wireLimits.addressCharsMax);
  const text = decodeUtf8(reader.bytes, reader.at - length, reader.at);
  try {
    if (parseAddress(text).port > 0) return text;
  } catch {
    // As below.
  }
  throw new RpcError("bad_request", "Cannot Forget: allowed is the HOST:PORT of a system port");
}

function readStr(
  reader: MsgpackReader,
  method: MethodName,
  name: string,
  bytesMax: number,
  allowed = "a str",
): number {
  const length = reader.strHeader();
  if (length === mismatch) {
    throw new RpcError("bad_request", `Cannot ${method}: the ${name} is not ${allowed}`);
  }
  expectLength(length, method, name, bytesMax);
  const start = reader.at;
  reader.at += length;
  if (!isUtf8(reader.bytes, start, reader.at)) {
    throw new RpcError("bad_request", `Cannot ${method}: the ${name} is not valid UTF-8`);
  }
  return length;
}

function expectLength(length: number, method: MethodName, name: string, bytesMax: number): void {
  if (length <= bytesMax) return;
  throw new RpcError(
    "too_large",
    `Cannot ${method}: the ${name} has ${length} bytes, allowed are ${bytesMax}`,
  );
}
