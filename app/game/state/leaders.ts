/**
 * How far everyone has come who ever played.
 *
 * @module
 */

import type { Reader } from "./reader.ts";
import { prefixes } from "./keys.ts";
import { sumMined } from "./ledger.ts";
import { isName, playerOf } from "../world/names.ts";
import { parseAll, parseEnd, parseMined, parseRank } from "./records.ts";
import { highestOf, type Rank, ranks } from "../world/world.ts";

/** A player's standing. */
export interface Standing {
  readonly name: string;
  readonly rank: Rank;
  /** All coins ever mined, spent ones too. */
  readonly mined: number;
}

/** The standings, best first, and the number of records that are not well-formed. */
export interface Leaders {
  readonly standings: readonly Standing[];
  readonly skipped: number;
}

/** Reads the standings of everyone who has mined or risen: the higher rank first, then more coins. */
export async function readLeaders(reader: Reader): Promise<Leaders> {
  const [mined, ends, risen] = await Promise.all([
    reader.list(prefixes.allMined).then((entries) => parseAll(entries, parseMined)),
    reader.list(prefixes.ends()).then((entries) => parseAll(entries, parseEnd)),
    reader.list(prefixes.allRanks).then((entries) => parseAll(entries, parseNamedRank)),
  ]);
  const minedBy = Map.groupBy(mined.records, ({ session }) => playerOf(session));
  const endsOf = Map.groupBy(ends.records, ({ session }) => playerOf(session));
  const ranksOf = Map.groupBy(risen.records, ({ name }) => name);
  const names = new Set([...minedBy.keys(), ...endsOf.keys(), ...ranksOf.keys()]);
  const standings = Array.from(names, (name): Standing => {
    const reached = (ranksOf.get(name) ?? []).map(({ rank }) => rank);
    const endOf = new Map((endsOf.get(name) ?? []).map(({ session, end }) => [session, end]));
    return {
      name,
      rank: highestOf(reached),
      mined: sumMined(minedBy.get(name) ?? [], endOf),
    };
  });
  return {
    standings: standings.sort(compareStandings),
    skipped: mined.skipped + ends.skipped + risen.skipped,
  };
}

function parseNamedRank(path: string[], value: string) {
  const rank = parseRank(path, value);
  return rank !== undefined && isName(path[0]) ? { name: path[0], rank } : undefined;
}

function compareStandings(a: Standing, b: Standing): number {
  return ranks.indexOf(b.rank) - ranks.indexOf(a.rank) || b.mined - a.mined ||
    (a.name < b.name ? -1 : 1);
}
