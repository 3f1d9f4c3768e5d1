/**
 * A character as one replica shows it.
 *
 * @module
 */

import { readChapters } from "./chapters.ts";
import { foldLedger, type Ledger, sumMined, sumTransfers } from "./ledger.ts";
import { keys, type MarkVerb, prefixes } from "./keys.ts";
import {
  type Mark,
  parseAll,
  parseEnd,
  parseMark,
  parseMined,
  parseRank,
  parseTransfer,
  type Transfer,
} from "./records.ts";
import type { Reader } from "./reader.ts";
import { coursesOf, firstPlace, highestOf, places, type Rank, ranks } from "../world/world.ts";

/** All that is known of a player. */
export interface Character extends Ledger {
  readonly name: string;
  readonly rank: Rank;
  /** A command name of a place. */
  readonly place: string;
  /** Coins mined in all sessions. */
  readonly mined: number;
  readonly marks: Marks;
  /** Coins that came from others and went to them. */
  readonly transfers: readonly Transfer[];
  /** Records of this player that are not well-formed. */
  readonly skipped: number;
}

/** What a character has read, whom it met, what it took, who signed, and for whom it did. */
export type Marks = Readonly<Record<MarkVerb, ReadonlySet<string>>>;

/**
 * Reads everything about `name`; whoever has never played has what a newcomer has.
 *
 * @param hint the chapter in which its deeds likely begin that no checkpoint has
 */
export async function readCharacter(reader: Reader, name: string, hint = 0): Promise<Character> {
  const [mined, ends, chapters, risen, marks, transfers, place] = await Promise.all([
    reader.list(prefixes.mined(name)).then((entries) => parseAll(entries, parseMined)),
    reader.list(prefixes.ends(name)).then((entries) => parseAll(entries, parseEnd)),
    readChapters(reader, name, hint),
    reader.list(prefixes.ranks(name)).then((entries) => parseAll(entries, parseRank)),
    reader.list(prefixes.marks(name)).then((entries) => parseAll(entries, parseMark)),
    reader.list(prefixes.coins(name)).then((entries) => parseAll(entries, parseTransfer)),
    reader.get(keys.place(name)),
  ]);
  const endOf = new Map(ends.records.map(({ session, end }) => [session, end]));
  const isLost = place !== undefined && !places.has(place);
  const minedTotal = sumMined(mined.records, endOf);
  const income = {
    credits: minedTotal + sumTransfers(transfers.records, "in"),
    given: sumTransfers(transfers.records, "out"),
  };
  return {
    ...foldLedger(chapters.deeds, income, chapters.since),
    name,
    rank: highestOf(risen.records),
    place: placeFrom(place),
    mined: minedTotal,
    marks: marksOf(marks.records),
    transfers: transfers.records.sort(compareTransfers),
    skipped: mined.skipped + ends.skipped + chapters.skipped + risen.skipped + marks.skipped +
      transfers.skipped + (isLost ? 1 : 0),
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

/** The one order of transfers, whatever the order in which they arrived. */
function compareTransfers(a: Transfer, b: Transfer): number {
  return a.session === b.session ? a.k - b.k : a.session < b.session ? -1 : 1;
}

function marksOf(marks: readonly Mark[]): Marks {
  const of = (verb: MarkVerb) =>
    new Set(marks.filter((mark) => mark.verb === verb).map(({ what }) => what));
  return {
    read: of("read"),
    met: of("met"),
    took: ofRanks(of("took")),
    signed: of("signed"),
    gave: of("gave"),
  };
}

/** Of the courses of one rank, the first counts: two windows may have taken one each. */
function ofRanks(taken: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(ranks.flatMap((rank) => {
    const course = coursesOf(rank).find(({ course }) => taken.has(`${rank}/${course}`));
    return course === undefined ? [] : [`${rank}/${course.course}`];
  }));
}
