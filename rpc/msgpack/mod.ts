/**
 * MessagePack: a writer and a reader that work in place, and whole JavaScript values on top.
 *
 * ```ts
 * import { decode, encode } from "./mod.ts";
 *
 * decode(encode({ text: "hi", bytes: new Uint8Array([1, 2]) }));
 * ```
 *
 * @see {@link https://github.com/msgpack/msgpack/blob/master/spec.md} the format
 * @module
 */

export { mismatch, MsgpackError, MsgpackReader } from "./reader.ts";
export { MsgpackWriter } from "./writer.ts";
export { decodeUtf8, isUtf8 } from "./utf8.ts";
export { encode, writeValue } from "./encode.ts";
export { decode, readValue } from "./decode.ts";
export { UnmarshallableError } from "./refusal.ts";
