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
