import { msgpackEncode } from "../../deps.ts";

/**
 * Bytes as a peer sends them, made without any of the code under test.
 *
 * @module
 */

/** One behind the other: bytes, and bytes given one by one. */
export function concat(
  ...parts: (number | readonly number[] | Uint8Array)[]
): Uint8Array<ArrayBuffer> {
  const arrays = parts.map((part) => typeof part === "number" ? [part] : part);
  const bytes = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    bytes.set(array, at);
    at += array.length;
  }
  return bytes;
}

/** `length` as the four bytes before a payload. */
export function frameHeader(length: number): Uint8Array {
  return concat(length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff);
}

/** A frame around a payload. */
export function frame(payload: Uint8Array | readonly number[]): Uint8Array {
  return concat(frameHeader(payload.length), payload);
}

/** A frame that holds one value. */
export function frameOf(value: unknown): Uint8Array {
  return frame(msgpackEncode(value, { useBigInt64: true }));
}

/** A request as a frame. */
export function requestFrame(msgid: number, method: string, params: unknown): Uint8Array {
  return frameOf([0, msgid, method, params]);
}

/** A type byte of msgpack, and how many bytes of a number stand behind it. */
export type NumberForm = readonly [type: number, bytes: number];

/** The ways to write an integer in bytes of its own: unsigned, then signed. */
export const integerForms: readonly NumberForm[] = [
  [0xcc, 1],
  [0xcd, 2],
  [0xce, 4],
  [0xcf, 8],
  [0xd0, 1],
  [0xd1, 2],
  [0xd2, 4],
  [0xd3, 8],
];

/** The ways to write the length of a bin. */
export const binForms: readonly NumberForm[] = [[0xc4, 1], [0xc5, 2], [0xc6, 4]];
