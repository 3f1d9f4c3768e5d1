/**
 * A character as one replica shows it.
 *
 * @module
 */

import { foldLedger, type Ledger, sumMined } from "./ledger.ts";
import { keys, prefixes } from "./keys.ts";
import { parseAll, parseDeed, parseEnd, parseMined, parseRank } from "./records.ts";
import type { GameStore } from "./store.ts";
import { firstPlace, places, type Rank, ranks } from "../world/world.ts";

/** All that is known of a player. */
export interface Character extends Ledger {
  readonly name: string;
  readonly rank: Rank;
  /** A command name of a place. */
  readonly place: string;
  /** Records of this player that are not well-formed. */
  readonly skipped: number;
}

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

/** Reads everything about `name`; whoever has never played has what a newcomer has. */
export async function readCharacter(reader: Reader, name: string): Promise<Character> {
  const [mined, ends, deeds, risen, place] = await Promise.all([
    reader.list(prefixes.mined(name)).then((entries) => parseAll(entries, parseMined)),
    reader.list(prefixes.ends(name)).then((entries) => parseAll(entries, parseEnd)),
    reader.list(prefixes.deeds(name)).then((entries) => parseAll(entries, parseDeed)),
    reader.list(prefixes.ranks(name)).then((entries) => parseAll(entries, parseRank)),
    reader.get(keys.place(name)),
  ]);
  const endOf = new Map(ends.records.map(({ session, end }) => [session, end]));
  const isLost = place !== undefined && !places.has(place);
  return {
    ...foldLedger(deeds.records, sumMined(mined.records, endOf)),
    name,
    rank: ranks.findLast((rank) => risen.records.includes(rank)) ?? ranks[0],
    place: placeFrom(place),
    skipped: mined.skipped + ends.skipped + deeds.skipped + risen.skipped + (isLost ? 1 : 0),
  };
}

/** Reads the place of `name` alone. */
export async function readPlace(reader: Reader, name: string): Promise<string> {
  return placeFrom(await reader.get(keys.place(name)));
}

/** A character without a place, or in one that does not exist, is where newcomers begin. */
function placeFrom(value: string | undefined): string {
  return value !== undefined && places.has(value) ? value : firstPlace;
}
