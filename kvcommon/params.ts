/**
 * The params of the query methods as the server reads them, in place, and its refusals.
 *
 * @module
 */

import { wireLimits } from "../limits.ts";
import { type Incoming, isUtf8, mismatch, type MsgpackReader, RpcError } from "../rpc/mod.ts";
import type { MethodName } from "./methods.ts";

const { keyBytesMax, scanEntriesMax, valueBytesMax } = wireLimits;

/** The params of each method, as errors show them. */
const signatures: Record<MethodName, string> = {
  Get: "[key]",
  Put: "[key, value]",
  Delete: "[key]",
  List: "[prefix]",
  Scan: "[prefix, after or nil, limit]",
  Count: "[prefix]",
  Ping: "[]",
  Stats: "[]",
  Members: "[]",
};

/** @throws {RpcError} `bad_request` unless the request has `count` params. */
export function expectParams(request: Incoming, method: MethodName, count: number): void {
  if (request.paramCount === count) return;
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

/** Reads a value, as `readKey` reads a key. */
export function readValueParam(reader: MsgpackReader, method: MethodName): number {
  return readStr(reader, method, "value", valueBytesMax);
}

/** Reads the limit of a Scan. @throws {RpcError} `bad_request` when it is not within its bounds. */
export function readScanLimit(reader: MsgpackReader): number {
  const limit = reader.uint();
  if (limit >= 1 && limit <= scanEntriesMax) return limit;
  throw new RpcError(
    "bad_request",
    `Cannot Scan: the limit is not within its bounds, allowed is an integer from 1 to ${scanEntriesMax}`,
  );
}

function readStr(
  reader: MsgpackReader,
  method: MethodName,
  name: string,
  bytesMax: number,
): number {
  const length = reader.strHeader();
  if (length === mismatch) {
    throw new RpcError("bad_request", `Cannot ${method}: the ${name} is not a str`);
  }
  if (length > bytesMax) {
    throw new RpcError(
      "too_large",
      `Cannot ${method}: the ${name} has ${length} bytes, allowed are ${bytesMax}`,
    );
  }
  const start = reader.at;
  reader.at += length;
  if (!isUtf8(reader.bytes, start, reader.at)) {
    throw new RpcError("bad_request", `Cannot ${method}: the ${name} is not valid UTF-8`);
  }
  return length;
}
