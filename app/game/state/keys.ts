/**
 * Where in the store everything stands: one line per kind of key.
 *
 * A key is *write-once* (one value for ever, so that writing it again anywhere is harmless), or it
 * belongs to one session, or the last writer may win (a place, a sign of life).
 *
 * @module
 */

import { deedDigits } from "../world/bounds.ts";
import type { Rank } from "../world/world.ts";

/** The key of each record. */
export const keys = {
  /** Write-once: the character exists. */
  player: (name: string) => `player/${name}`,
  /** Where the character is; the last writer wins. */
  place: (name: string) => `place/${name}`,
  /** A session's: all coins that it ever mined. */
  mined: (name: string, session: string) => `mined/${name}/${session}`,
  /** Write-once: a purchase or a loss of hardware. */
  deed: (name: string, n: number, session: string) =>
    `deed/${name}/${String(n).padStart(deedDigits, "0")}/${session}`,
  /** Write-once: the character has reached the rank. */
  rank: (name: string, rank: Rank) => `rank/${name}/${rank}`,
  /** A session's: all that it took off the steps of one round of a rank's problem. */
  damage: (rank: Rank, round: number, session: string) => `damage/${rank}/${round}/${session}`,
  /** Write-once: the round of the rank's problem has promoted the character. */
  risen: (rank: Rank, round: number, name: string) => `risen/${rank}/${round}/${name}`,
  /** Write-once: the last totals of a session that goes on no more; they replace its own keys. */
  end: (session: string) => `end/${session}`,
  /** A session's: what its player did in a place in one bucket of time. */
  scene: (bucket: number, place: string, session: string) => `scene/${bucket}/${place}/${session}`,
  /** A session's: what its player told another one in one bucket of time. */
  letter: (bucket: number, name: string, session: string) => `letter/${bucket}/${name}/${session}`,
  /** The character's last sign of life in one bucket of time; the last writer wins. */
  here: (bucket: number, name: string) => `here/${bucket}/${name}`,
} as const;

/** The prefixes under which readers list. */
export const prefixes = {
  places: "place/",
  mined: (name: string) => `mined/${name}/`,
  allMined: "mined/",
  deeds: (name: string) => `deed/${name}/`,
  ranks: (name: string) => `rank/${name}/`,
  allRanks: "rank/",
  /** All damage to a rank's problem, or that of one round. */
  damage: (rank: Rank, round?: number) =>
    round === undefined ? `damage/${rank}/` : `damage/${rank}/${round}/`,
  risen: (rank: Rank) => `risen/${rank}/`,
  /** The ends of all sessions, or of one player's: a session's id begins with the name and a dot. */
  ends: (name?: string) => name === undefined ? "end/" : `end/${name}.`,
  /** What happens in a bucket of time, at one place or everywhere. */
  scenes: (bucket: number, place?: string) =>
    place === undefined ? `scene/${bucket}/` : `scene/${bucket}/${place}/`,
  letters: (bucket: number, name: string) => `letter/${bucket}/${name}/`,
  here: (bucket: number) => `here/${bucket}/`,
} as const;

/** The number that stands in a deed's key, or nothing when it is not one. */
export function parseDeedNumber(text: string): number | undefined {
  return text.length === deedDigits ? parseNumber(text.replace(/^0+/, "")) : undefined;
}

/** A positive whole number as keys hold it: decimal, no sign, no leading zero. */
export function parseNumber(text: string): number | undefined {
  return /^[1-9][0-9]{0,11}$/.test(text) ? Number(text) : undefined;
}
