/**
 * Names of players, and of the sessions in which they play.
 *
 * @module
 */

import type { Random } from "../../../rpc/environment.ts";
import { nameCharsMax } from "./bounds.ts";
import { isOfOneAlphabet } from "./alphabets.ts";

const plainPattern = new RegExp(`^[A-Za-z0-9_-]{1,${nameCharsMax}}$`);
const namePattern = new RegExp(`^(?:\\p{L}\\p{M}{0,2}|[0-9_-]){1,${nameCharsMax}}$`, "u");

/** Whether `text` may be a player's name. */
export function isName(text: string): boolean {
  if (plainPattern.test(text)) return true;
  return text.length <= nameCharsMax && namePattern.test(text) && isOfOneAlphabet(text);
}

/** What was typed for a name, in the one form in which names are written. */
export function nameFrom(typed: string): string {
  return typed.trim().normalize("NFC");
}

/** The form of a name in which two that differ in case alone are one: so nobody is mistaken for another. */
export function foldedName(name: string): string {
  return name.normalize("NFKC").toLowerCase().normalize("NFC");
}

/** The one of `names` that is `name`, or else differs from it in case alone. */
export function namesake(name: string, names: readonly string[]): string | undefined {
  if (names.includes(name)) return name;
  const folded = foldedName(name);
  return names.find((each) => foldedName(each) === folded);
}

/**
 * The one of `names` that somebody means who types `name`: that name, or else the only one that differs in
 * the marks on its letters, which not every keyboard has.
 */
export function addressee(name: string, names: readonly string[]): string | undefined {
  const [meant, ...others] = names.filter((each) => unmarked(each) === unmarked(name));
  return namesake(name, names) ?? (others.length === 0 ? meant : undefined);
}

/** A name without the marks on its letters, in lower case. */
function unmarked(name: string): string {
  const bare = foldedName(name).normalize("NFD").replaceAll(/[\u0300-\u036f]/g, "");
  return bare.replaceAll(/[æøßđðþłœ]/g, (letter) => plainForms[letter]);
}

/** Letters whose marks are a part of them, as they are typed without. */
const plainForms: Readonly<Record<string, string>> = {
  ...{ æ: "ae", ø: "o", ß: "ss", đ: "d", ð: "d", þ: "th", ł: "l", œ: "oe" },
};

/** Whether `text` has the form of a session's id. */
export function isSessionId(text: string): boolean {
  return /^[^.]+\.[0-9a-f]{16}$/.test(text) && isName(playerOf(text));
}

/** A session id that nobody else ever has: the player's name, a dot (which no name holds), 64 random bits. */
export function newSessionId(name: string, random: Pick<Random, "hex64">): string {
  return `${name}.${random.hex64()}`;
}

/** Who plays in a session: any reader of a session's key can tell, and so promote its player. */
export function playerOf(sessionId: string): string {
  return sessionId.slice(0, sessionId.indexOf("."));
}
