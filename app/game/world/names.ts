/**
 * Names of players, and of the sessions in which they play.
 *
 * @module
 */

import type { Random } from "../../../rpc/environment.ts";
import { nameCharsMax } from "./bounds.ts";

const namePattern = new RegExp(`^[A-Za-z0-9_-]{1,${nameCharsMax}}$`);
const sessionPattern = new RegExp(`^[A-Za-z0-9_-]{1,${nameCharsMax}}\\.[0-9a-f]{16}$`);

/** Whether `text` may be a player's name. */
export function isName(text: string): boolean {
  return namePattern.test(text);
}

/** Whether `text` has the form of a session's id. */
export function isSessionId(text: string): boolean {
  return sessionPattern.test(text);
}

/** A session id that nobody else ever has: the player's name, a dot (which no name holds), 64 random bits. */
export function newSessionId(name: string, random: Pick<Random, "hex64">): string {
  return `${name}.${random.hex64()}`;
}

/** Who plays in a session: any reader of a session's key can tell, and so promote its player. */
export function playerOf(sessionId: string): string {
  return sessionId.slice(0, sessionId.indexOf("."));
}
