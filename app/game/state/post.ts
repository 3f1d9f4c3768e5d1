/**
 * Letters to those who are away.
 *
 * @module
 */

import { isSaid } from "./events.ts";
import type { Reader } from "./reader.ts";
import { keys, parseNumber, prefixes } from "./keys.ts";
import { isName, isSessionId, playerOf } from "../world/names.ts";
import { isObject, parseAll, parseJson } from "./records.ts";

/** A letter. */
export interface Letter {
  readonly from: string;
  /** When it was written, by the clock of its writer. */
  readonly at: number;
  readonly words: string;
  readonly isNew: boolean;
}

/** The letters to `name`, oldest first; those are new that came after the last that was read. */
export async function readLetters(reader: Reader, name: string): Promise<Letter[]> {
  const [entries, readUntil] = await Promise.all([
    reader.list(prefixes.post(name)),
    reader.get(keys.postRead(name)),
  ]);
  const until = Number(readUntil ?? -Infinity);
  return parseAll(entries, parseLetter).records
    .map((letter) => ({ ...letter, isNew: !(letter.at <= until) }))
    .sort((a, b) => a.at - b.at);
}

/** `post/<name>/<session>/<k>` */
function parseLetter(path: string[], value: string) {
  const [name, session, k] = path;
  const letter = parseJson(value);
  if (path.length !== 3 || !isName(name) || !isSessionId(session)) return undefined;
  if (parseNumber(k) === undefined || !isObject(letter)) return undefined;
  const { at, words } = letter;
  return Number.isSafeInteger(at) && isSaid(words)
    ? { from: playerOf(session), at: at as number, words: words as string }
    : undefined;
}
