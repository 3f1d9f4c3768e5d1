/**
 * Where in the store everything stands: one line per kind of key.
 *
 * A key is *write-once* (one value for ever, so that writing it again anywhere is harmless), or it
 * belongs to one session, or the last writer may win (a place, a sign of life).
 *
 * @module
 */

import { chapterDigits, deedDigits } from "../world/bounds.ts";
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
  /** What the deeds of all chapters before one come to; the last writer wins, all say the same. */
  fold: (name: string) => `fold/${name}`,
  /** Write-once: what the character has read, whom it met, what it took, who signed. */
  mark: (name: string, verb: MarkVerb, what: string) => `mark/${name}/${verb}/${what}`,
  /** Write-once: the k-th sum of coins that a session gave away, or that came from one. */
  coins: (name: string, way: "in" | "out", session: string, k: number) =>
    `coin/${name}/${way}/${session}/${k}`,
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
  /** A session's: its k-th line on the channel in one bucket of time; write-once. */
  chat: (bucket: number, session: string, k: number) => `chat/${bucket}/all/${session}/${k}`,
  /** Write-once: the k-th letter of a session, to the character. */
  post: (name: string, session: string, k: number) => `post/${name}/${session}/${k}`,
  /** Until when the character has read its letters; the last writer wins. */
  postRead: (name: string) => `postread/${name}`,
  /** Whom the character does not hear; the last writer wins. */
  ignore: (name: string) => `ignore/${name}`,
  /** Whose study group the character is in; the last writer wins. */
  group: (name: string) => `group/${name}`,
  /** Which term began when; the last writer wins. */
  term: () => "term/now",
  /** Write-once: what the character came to in a term that is over. */
  career: (name: string, term: number) => `career/${name}/${term}`,
  /** The character's last sign of life in one bucket of time; the last writer wins. */
  here: (bucket: number, name: string) => `here/${bucket}/${name}`,
} as const;

/** What the keys of the game begin with, a slash behind each: nothing of a game stands elsewhere in the store. */
export const keyKinds = [
  ...["player", "place", "mined", "deed", "fold", "mark", "coin", "rank", "damage", "risen", "end"],
  ...["scene", "letter", "chat", "post", "postread", "ignore", "group", "term", "career", "here"],
] as const;

/** The prefixes under which readers list. */
export const prefixes = {
  players: "player/",
  places: "place/",
  mined: (name: string) => `mined/${name}/`,
  allMined: "mined/",
  /** All deeds, or those of a chapter. */
  deeds: (name: string, chapter?: number) =>
    chapter === undefined
      ? `deed/${name}/`
      : `deed/${name}/${String(chapter).padStart(deedDigits - chapterDigits, "0")}`,
  marks: (name: string) => `mark/${name}/`,
  coins: (name: string) => `coin/${name}/`,
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
  chat: (bucket: number) => `chat/${bucket}/`,
  post: (name: string) => `post/${name}/`,
  groups: "group/",
  career: (name: string) => `career/${name}/`,
  here: (bucket: number) => `here/${bucket}/`,
} as const;

/** What a mark says of its character. */
export type MarkVerb = "read" | "met" | "took" | "signed" | "gave";

/** The chapter of the `n`-th deed. */
export function chapterOf(n: number): number {
  return Math.floor(n / 10 ** chapterDigits);
}

/** The number that stands in a deed's key, or nothing when it is not one. */
export function parseDeedNumber(text: string): number | undefined {
  return text.length === deedDigits ? parseNumber(text.replace(/^0+/, "")) : undefined;
}

/** Whether `text` is the number of a bucket of time as keys hold it. */
export function isBucket(text: string): boolean {
  return text === "0" || parseNumber(text) !== undefined;
}

/** A positive whole number as keys hold it: decimal, no sign, no leading zero. */
export function parseNumber(text: string): number | undefined {
  return /^[1-9][0-9]{0,11}$/.test(text) ? Number(text) : undefined;
}
