/** Words of a chunk, as a power of two: 1 MiB. */
const chunkBits = 18;

/** Bits of a place that say where in its chunk it is. */
const inChunkMask = (1 << chunkBits) - 1;

/**
 * Words of a chunk of an arena. Nothing that runs for each Get asks for this, because V8 reads an exported
 * constant from memory each time, and knows the other ones when it compiles.
 */
export const chunkWords = 1 << chunkBits;

/** Word `n` of an arena is `words[chunkOf(n)][inChunk(n)]`. */
export function chunkOf(n: number): number {
  return n >>> chunkBits;
}

/** The index in its chunk of word `n` of an arena. */
export function inChunk(n: number): number {
  return n & inChunkMask;
}
