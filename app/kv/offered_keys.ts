/**
 * The keys that Tab offers in the shells of others: bash, zsh and fish.
 *
 * @module
 */

import { appLimits } from "../../limits.ts";
import { escapeControl } from "../../rpc/mod.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import type { KvSession } from "./session.ts";

/**
 * Prints, one per line, the keys with `prefix` that a shell may offer, of the first
 * `completionKeysMax` that are there.
 */
export async function printOfferedKeys(
  { client, console, signal }: KvSession,
  prefix: string,
): Promise<number> {
  let seen = 0;
  for await (const [key] of client.scan(prefix, { signal })) {
    if (isOffered(key)) console.out(`${key}\n`);
    if (++seen === appLimits.completionKeysMax) break;
  }
  return exitCodes.ok;
}

/**
 * Whether a shell may offer `key`. Anyone may have written it, so that three kinds are held back:
 *
 * - with a character that acts on a terminal, because a key with a line break would be taken for two,
 *   and because the person who accepts the key cannot see it;
 * - with `-` in front, because cmud would take the key for an option;
 * - one that is empty, or longer than anybody reads.
 */
export function isOffered(key: string): boolean {
  const { length } = key;
  return length > 0 && length <= appLimits.offeredKeyCharsMax && key[0] !== "-" &&
    escapeControl(key) === key;
}
