/**
 * UTF-8 by hand where it pays: short strings, and the check of few bytes that stay bytes.
 *
 * @module
 */

import { nativeUtf8Check, type Runtime } from "./native_utf8.ts";

/** A string no longer than this is put together here; the crossing of the native decoder costs more. */
const shortStringBytes = 96;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * From so many bytes on the native check takes no longer, and soon a small part: of 64 KiB of ASCII a
 * twentieth.
 */
const nativeCheckBytesMin = 256;
const checkNatively = nativeUtf8Check(globalThis as Runtime);

/**
 * Whether `bytes[start..end)` are UTF-8 as Unicode defines it: no overlong form, no surrogate,
 * nothing above U+10FFFF.
 */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start < nativeCheckBytesMin || checkNatively === undefined
    ? isUtf8ByHand(bytes, start, end)
    : checkNatively(bytes.subarray(start, end));
}

/** As `isUtf8`, without the runtime's help. Four bytes of ASCII cost one comparison, up to the first that is none. */
export function isUtf8ByHand(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at + 4 <= end && (bytes[at] | bytes[at + 1] | bytes[at + 2] | bytes[at + 3]) < 0x80) {
    at += 4;
  }
  while (at < end) {
    const first = bytes[at++];
    if (first < 0x80) continue;
    // The second byte's allowed range depends on the first (Unicode 15, table 3-7).
    let more: number, low = 0x80, high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) more = 1;
    else if (first >= 0xe0 && first <= 0xef) {
      more = 2;
      if (first === 0xe0) low = 0xa0;
      else if (first === 0xed) high = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
      more = 3;
      if (first === 0xf0) low = 0x90;
      else if (first === 0xf4) high = 0x8f;
    } else return false;
    if (at + more > end || bytes[at] < low || bytes[at] > high) return false;
    for (at++; --more > 0; at++) if ((bytes[at] & 0xc0) !== 0x80) return false;
  }
  return true;
}

/** Of each length the array that the characters of a short string are gathered in. */
const asciiCodes: number[][] = [];

/**
 * The string that `bytes[start..end)` spell.
 *
 * @throws {TypeError} when they are not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  const count = end - start;
  if (count <= shortStringBytes) {
    const codes = asciiCodes[count] ??= new Array(count).fill(0);
    let i = 0;
    for (; i < count; i++) {
      const byte = bytes[start + i];
      if (byte >= 0x80) break;
      codes[i] = byte;
    }
    if (i === count) return String.fromCharCode(...codes);
  }
  return decoder.decode(bytes.subarray(start, end));
}

/**
 * Writes `text` to `into` at `at`, where `text.length` bytes are free, if it is ASCII: for short
 * ones, since it takes a step a character.
 *
 * @returns whether it is; if not, those bytes are spoilt.
 */
export function encodeAsciiInto(text: string, into: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return false;
    into[at + i] = code;
  }
  return true;
}

/** The most bytes that `text` can take in UTF-8. */
export function utf8BytesBound(text: string): number {
  return text.length * 3;
}

/**
 * Writes `text` to `into` at `at`, where `utf8BytesBound(text)` bytes are free.
 *
 * @returns the number of bytes written, or -1 when `text` has a lone surrogate, which UTF-8 cannot hold.
 */
export function encodeUtf8Into(text: string, into: Uint8Array, at: number): number {
  if (!text.isWellFormed()) return -1;
  // To V8 `written` is a double. Positions that it is added to would be doubles from then on, of all
  // readers and writers of the process, and whatever works with them half as fast.
  return encoder.encodeInto(text, into.subarray(at)).written | 0;
}
