/** Bytes of the keys and values that loads consist of. */
export const keyBytes = 16;
/** Bytes of the values that loads consist of. */
export const valueBytes = 16;
/** The value of loads that say nothing else. */
export const shortValue = "v".repeat(valueBytes);

/** The `i`th key, as `redis-benchmark` has it. Keys are in the order of their numbers. */
export function keyOf(i: number, bytes = keyBytes): string {
  return keyPrefix + String(i).padStart(bytes - keyPrefix.length, "0");
}

/** The prefix of a key that has it in common with 99 others. */
export function prefixOf100(i: number): string {
  return keyOf(i).slice(0, -2);
}

const keyPrefix = "key:";
