/** Words of a chunk of an arena, as a power of two: 1 MiB. */
const chunkBits = 18;

/** Words of a chunk of an arena. */
export const chunkWords = 1 << chunkBits;

/** Word `n` of an arena is `words[chunkOf(n)][inChunk(n)]`. */
export function chunkOf(n: number): number {
  return n >>> chunkBits;
}

/** The index in its chunk of word `n` of an arena. */
export function inChunk(n: number): number {
  return n & (chunkWords - 1);
}
