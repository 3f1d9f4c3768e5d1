/**
 * The message shapes of MessagePack-RPC inside a frame, read and written in place.
 *
 *     request       [0, msgid (u32), method (str), params (array)]
 *     response      [1, msgid, error (nil | [code, message]), result]
 *     notification  [2, method, params]
 *
 * @see {@link https://github.com/msgpack-rpc/msgpack-rpc/blob/master/spec.md} MessagePack-RPC
 * @module
 */

import { wireLimits } from "../limits.ts";
import { RpcError } from "./errors.ts";
import {
  decodeUtf8,
  mismatch,
  MsgpackError,
  type MsgpackReader,
  type MsgpackWriter,
} from "./msgpack/mod.ts";

const { methodBytesMax } = wireLimits;

const typeRequest = 0;
const typeResponse = 1;
const typeNotification = 2;
const msgidMax = 0xffffffff;

/** A payload that is none of the shapes. The connection cannot be trusted any further. */
export class ShapeError extends Error {
  static {
    this.prototype.name = "ShapeError";
  }

  /** @param msgid of the request that it seems to be, when that much could be read */
  constructor(message: string, readonly msgid?: number, options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * A request or notification as far as it concerns the frame; one object is reused for many.
 *
 * Once `read` has returned, the whole payload is known to be well-formed MessagePack, and the
 * reader stands at the first param.
 */
export class Incoming {
  /** Of a request; `undefined` for a notification. */
  msgid: number | undefined;
  /** The method's name is `reader.bytes[methodStart..methodEnd)`. */
  methodStart = 0;
  methodEnd = 0;
  /** Number of params. */
  paramCount = 0;

  /** @throws {ShapeError} when what `reader` holds up to its end is neither. */
  read(reader: MsgpackReader): void {
    this.msgid = undefined;
    try {
      this.#read(reader);
    } catch (error) {
      if (!(error instanceof MsgpackError)) throw error;
      throw new ShapeError(`Cannot read a message: ${error.message}`, this.msgid, { cause: error });
    }
  }

  #read(reader: MsgpackReader): void {
    const elements = reader.arrayHeader();
    if (elements === mismatch || elements === 0) this.#refuse("it is not an array of 3 or 4");
    const type = reader.uint();
    if (type === typeRequest && elements > 1) {
      const msgid = reader.uint();
      if (msgid === mismatch || msgid > msgidMax) this.#refuse("its msgid is not a u32");
      this.msgid = msgid;
    } else if (type !== typeNotification) this.#refuse("its type is neither 0 nor 2");
    if (elements !== (type === typeRequest ? 4 : 3)) {
      this.#refuse(`it has ${elements} elements, a request has 4 and a notification 3`);
    }
    const methodBytes = reader.strHeader();
    if (methodBytes === mismatch) this.#refuse("its method is not a str");
    this.methodStart = reader.at;
    this.methodEnd = reader.at += methodBytes;
    this.paramCount = reader.arrayHeader();
    if (this.paramCount === mismatch) this.#refuse("its params are not an array");
    const firstParam = reader.at;
    for (let i = 0; i < this.paramCount; i++) reader.skip();
    if (!reader.atEnd) this.#refuse("bytes follow it in its frame");
    reader.at = firstParam;
  }

  /**
   * The method's name.
   *
   * @throws {RpcError} `unknown_method` when it is longer than any, `bad_request` when it is not UTF-8.
   */
  method(reader: MsgpackReader): string {
    const methodBytes = this.methodEnd - this.methodStart;
    if (methodBytes > methodBytesMax) {
      throw new RpcError(
        "unknown_method",
        `Cannot call a method whose name has ${methodBytes} bytes: allowed are ${methodBytesMax}`,
      );
    }
    try {
      return decodeUtf8(reader.bytes, this.methodStart, this.methodEnd);
    } catch (cause) {
      throw new RpcError("bad_request", "Cannot read the method's name: it is not UTF-8", {
        cause,
      });
    }
  }

  #refuse(why: string): never {
    throw new ShapeError(`Cannot read a message: ${why}`, this.msgid);
  }
}

/** Writes a request up to its params: exactly one array must follow, then `endFrame`. */
export function beginRequest(writer: MsgpackWriter, msgid: number, method: string): number {
  const frame = writer.beginFrame();
  writer.arrayHeader(4);
  writer.int(typeRequest);
  writer.int(msgid);
  writer.str(method);
  return frame;
}

/** Writes a notification up to its params: exactly one array must follow, then `endFrame`. */
export function beginNotification(writer: MsgpackWriter, method: string): number {
  const frame = writer.beginFrame();
  writer.arrayHeader(3);
  writer.int(typeNotification);
  writer.str(method);
  return frame;
}

/** Writes a response up to its result: exactly one value must follow, then `endFrame`. */
export function beginResponse(writer: MsgpackWriter, msgid: number): number {
  const frame = writer.beginFrame();
  writer.arrayHeader(4);
  writer.int(typeResponse);
  writer.int(msgid);
  writer.nil();
  return frame;
}

/** Writes a whole response whose result is a bool or nil. */
export function writeFlagResponse(
  writer: MsgpackWriter,
  msgid: number,
  result: boolean | null,
): void {
  const frame = beginResponse(writer, msgid);
  if (result === null) writer.nil();
  else writer.bool(result);
  writer.endFrame(frame);
}

/** Writes a whole response that says what went wrong. */
export function writeErrorResponse(
  writer: MsgpackWriter,
  msgid: number,
  code: string,
  message: string,
): void {
  const frame = writer.beginFrame();
  writer.arrayHeader(4);
  writer.int(typeResponse);
  writer.int(msgid);
  writer.arrayHeader(2);
  writer.str(code);
  writer.str(message);
  writer.nil();
  writer.endFrame(frame);
}

/**
 * Reads a notification up to its params, of which `reader` is at the first.
 *
 * @returns its method; `undefined` when it is none, and `reader` is as it was.
 */
export function readNotificationHead(reader: MsgpackReader): string | undefined {
  const start = reader.at;
  if (reader.arrayHeader() === 3 && reader.uint() === typeNotification) {
    const method = reader.str();
    if (method !== undefined && reader.arrayHeader() !== mismatch) return method;
  }
  reader.at = start;
  return undefined;
}

/** What a response says before its result. */
export interface ResponseHead {
  msgid: number;
  /** Present when the call failed. */
  error?: { code: string; message: string };
}

/**
 * Reads a response up to its result.
 *
 * @throws {ShapeError | MsgpackError} when it is none.
 */
export function readResponseHead(reader: MsgpackReader): ResponseHead {
  if (reader.arrayHeader() !== 4 || reader.uint() !== typeResponse) {
    throw new ShapeError("Cannot read a response: it is not [1, msgid, error, result]");
  }
  const msgid = reader.uint();
  if (msgid === mismatch) {
    throw new ShapeError("Cannot read a response: it has no msgid", undefined);
  }
  if (reader.nil()) return { msgid };
  if (reader.arrayHeader() !== 2) throw new ShapeError("Cannot read a response's error", msgid);
  const code = reader.str();
  const message = reader.str();
  if (code === undefined || message === undefined) {
    throw new ShapeError("Cannot read a response's error: it is not [code, message]", msgid);
  }
  return { msgid, error: { code, message } };
}
