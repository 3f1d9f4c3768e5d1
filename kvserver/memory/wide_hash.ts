const c1 = 0x239b961b;
const c2 = 0xab0e9789;
const c3 = 0x38b34ae5;
const c4 = 0xa1e38b93;

/** Words of a hash. */
export const hashWords = 4;

/**
 * A hash of 128 bits of blocks of 16 bytes: MurmurHash3 for 128 bits by Austin Appleby, of the variant for
 * machines of 32 bits. One object serves for any number of hashes.
 *
 * Whoever hashes parts of different lengths hashes their lengths too, because the last block of a part is
 * filled up with zeros.
 */
export class WideHash {
  /** The hash, after `end`. */
  readonly words = new Uint32Array(hashWords);
  #bytes = 0;

  /** Begins a hash. */
  begin(): void {
    this.words.fill(0);
    this.#bytes = 0;
  }

  /** Adds a block of four words. */
  block(k1: number, k2: number, k3: number, k4: number): void {
    const { words } = this;
    const h1 = mixed1(words[0], k1, words[1]);
    const h2 = mixed2(words[1], k2, words[2]);
    const h3 = mixed3(words[2], k3, words[3]);
    words[3] = mixed4(words[3], k4, h1);
    words[0] = h1;
    words[1] = h2;
    words[2] = h3;
    this.#bytes += 16;
  }

  /** Adds `bytes[start..end)`, and zeros up to a whole block. */
  bytes(bytes: Uint8Array, start: number, end: number): void {
    const { words } = this;
    let h1 = words[0] | 0;
    let h2 = words[1] | 0;
    let h3 = words[2] | 0;
    let h4 = words[3] | 0;
    let at = start;
    for (; at + 16 <= end; at += 16) {
      h1 = mixed1(h1, wordAt(bytes, at), h2);
      h2 = mixed2(h2, wordAt(bytes, at + 4), h3);
      h3 = mixed3(h3, wordAt(bytes, at + 8), h4);
      h4 = mixed4(h4, wordAt(bytes, at + 12), h1);
    }
    words[0] = h1;
    words[1] = h2;
    words[2] = h3;
    words[3] = h4;
    this.#bytes += at - start;
    if (at === end) return;
    this.block(
      lastWord(bytes, at, end),
      lastWord(bytes, at + 4, end),
      lastWord(bytes, at + 8, end),
      lastWord(bytes, at + 12, end),
    );
  }

  /** Ends the hash. */
  end(): void {
    const { words } = this;
    let h1 = words[0] ^ this.#bytes;
    let h2 = words[1] ^ this.#bytes;
    let h3 = words[2] ^ this.#bytes;
    let h4 = words[3] ^ this.#bytes;
    h1 = (h1 + h2 + h3 + h4) | 0;
    h2 = scattered(h2 + h1);
    h3 = scattered(h3 + h1);
    h4 = scattered(h4 + h1);
    h1 = (scattered(h1) + h2 + h3 + h4) | 0;
    words[0] = h1;
    words[1] = h2 + h1;
    words[2] = h3 + h1;
    words[3] = h4 + h1;
  }
}

function mixed1(h: number, k: number, other: number): number {
  const mixed = h ^ Math.imul(rotated(Math.imul(k, c1), 15), c2);
  return (Math.imul((rotated(mixed, 19) + other) | 0, 5) + 0x561ccd1b) | 0;
}

function mixed2(h: number, k: number, other: number): number {
  const mixed = h ^ Math.imul(rotated(Math.imul(k, c2), 16), c3);
  return (Math.imul((rotated(mixed, 17) + other) | 0, 5) + 0x0bcaa747) | 0;
}

function mixed3(h: number, k: number, other: number): number {
  const mixed = h ^ Math.imul(rotated(Math.imul(k, c3), 17), c4);
  return (Math.imul((rotated(mixed, 15) + other) | 0, 5) + 0x96cd1c35) | 0;
}

function mixed4(h: number, k: number, other: number): number {
  const mixed = h ^ Math.imul(rotated(Math.imul(k, c4), 18), c1);
  return (Math.imul((rotated(mixed, 13) + other) | 0, 5) + 0x32ac3b17) | 0;
}

/** Spreads each bit of a word over all of them. */
function scattered(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24;
}

/** As `wordAt`, with zeros from `end` on. */
function lastWord(bytes: Uint8Array, at: number, end: number): number {
  let word = 0;
  for (let i = 0; i < 4 && at + i < end; i++) word |= bytes[at + i] << (8 * i);
  return word;
}
