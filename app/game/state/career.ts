/**
 * What a character came to in earlier terms.
 *
 * @module
 */

import { careerTermsMax } from "../world/bounds.ts";
import { type Rank, ranks } from "../world/world.ts";
import { readCharacter } from "./character.ts";
import type { Reader } from "./reader.ts";
import { keys, parseNumber, prefixes } from "./keys.ts";
import { isCount, isObject, isRank, parseAll, parseJson } from "./records.ts";
import type { Session } from "./session.ts";
import { TermReader } from "./term_store.ts";

/** What a character came to in one term; in one that it did not play, to nothing. */
export interface TermOfCareer {
  readonly term: number;
  readonly rank: Rank;
  readonly mined: number;
}

/**
 * Reads the career of the session's character before `term`, and writes what is not written yet of the last
 * `careerTermsMax` terms: they are over, so it does not change any more.
 *
 * @param reader in which keys stand as they are, whatever the term
 */
export async function readCareer(
  session: Session,
  reader: Reader,
  term: number,
): Promise<TermOfCareer[]> {
  const { name } = session;
  const known = parseAll(await session.list(prefixes.career(name)), parseCareer).records;
  for (let past = Math.max(1, term - careerTermsMax); past < term; past++) {
    if (known.some((each) => each.term === past)) continue;
    const { rank, mined } = await readCharacter(new TermReader(reader, past), name);
    known.push({ term: past, rank, mined });
    await session.declare(keys.career(name, past), JSON.stringify({ rank, mined }));
  }
  return known.filter((each) => each.term < term && each.mined > 0)
    .sort((a, b) => a.term - b.term);
}

/** How often somebody with such a career has retired. */
export function retirementsOf(career: readonly TermOfCareer[]): number {
  return career.filter(({ rank }) => rank === ranks.at(-1)).length;
}

/** `career/<name>/<term>` */
function parseCareer(path: string[], value: string): TermOfCareer | undefined {
  const term = parseNumber(path[1] ?? "");
  const record = parseJson(value);
  if (path.length !== 2 || term === undefined || !isObject(record)) return undefined;
  const { rank, mined } = record;
  return isRank(rank) && isCount(mined) ? { term, rank, mined } : undefined;
}
