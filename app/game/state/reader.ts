/**
 * What reads the store, and writes nothing.
 *
 * @module
 */

import type { GameStore } from "./store.ts";

/** What only reads. */
export type Reader = Pick<GameStore, "get" | "list">;

/** All that stands under any of `prefixes`. */
export async function listAll(
  reader: Reader,
  prefixes: readonly string[],
): Promise<Map<string, string>> {
  const listings = await Promise.all(prefixes.map((prefix) => reader.list(prefix)));
  return new Map(listings.flatMap((listing) => [...listing]));
}
