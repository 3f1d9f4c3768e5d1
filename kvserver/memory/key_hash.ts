import { wireLimits } from "../../limits.ts";

/**
 * The hash of a key: MurmurHash3 for 32 bits by Austin Appleby.
 *
 * Anyone can craft keys of one hash. An index bounds what those cost, as `KeyIndex` does, because a seed
 * may not stay secret.
 */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  let at = start;
  for (let i = 0; at + 4 <= end; at += 4, i++) {
    const word = bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24;
    hashedWords[i] = word;
    hash ^= scrambled(word);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  if (at < end) {
    let word = bytes[at];
    if (at + 1 < end) word |= bytes[at + 1] << 8;
    if (at + 2 < end) word |= bytes[at + 2] << 16;
    hash ^= scrambled(word);
  }
  hash ^= end - start;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * The whole words of the key that was hashed last, for whoever compares it with keys that lie in words (of little
 * end first, as on all machines that Deno runs on): that takes a quarter of the steps.
 */
export const hashedWords = new Int32Array(wireLimits.keyBytesMax >>> 2);

function scrambled(word: number): number {
  word = Math.imul(word, 0xcc9e2d51);
  return Math.imul((word << 15) | (word >>> 17), 0x1b873593);
}
