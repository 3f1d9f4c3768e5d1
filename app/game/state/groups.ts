/**
 * Study groups: who works in the same place as others of the group takes more steps.
 *
 * @module
 */

import { groupSizeMax } from "../world/bounds.ts";
import { isName, isSessionId } from "../world/names.ts";
import type { Reader } from "./reader.ts";
import { keys, prefixes } from "./keys.ts";
import { parseAll } from "./records.ts";
import type { Session } from "./session.ts";

/**
 * The group of `name`, with `name` in it, by name; nobody where there is none. Two who join at the same moment may
 * be one too many: then the last by name are in none, so that all say the same of who is in it.
 */
export async function readGroup(reader: Reader, name: string): Promise<string[]> {
  const group = await reader.get(keys.group(name));
  if (group === undefined || !isGroup(group)) return [];
  const { records } = parseAll(await reader.list(prefixes.groups), parseMember);
  const members = records.filter((each) => each.group === group).map(({ name }) => name);
  const counted = members.sort().slice(0, groupSizeMax);
  return counted.includes(name) ? counted : [];
}

/**
 * Has the session's player join the group of `other`; where that is in none, the two are a new one.
 *
 * @returns whether there was room.
 * @throws {StoreFailure} The player, or the other, may be in the group.
 */
export async function joinGroup(session: Session, other: string): Promise<boolean> {
  const { name } = session;
  const members = await readGroup(session, other);
  if (members.includes(name)) return true;
  if (members.length >= groupSizeMax) return false;
  const joined = members.length === 0 ? undefined : await session.get(keys.group(other));
  // Of one that it has left, the other may not be made a member again: so a new group has a new name.
  const group = joined || session.newName();
  if (group !== joined) await session.put(keys.group(other), group);
  await session.put(keys.group(name), group);
  return true;
}

/** Has the session's player leave its group. @throws {StoreFailure} The player may be in it, or not. */
export async function leaveGroup(session: Session): Promise<void> {
  await session.put(keys.group(session.name), "");
}

/** `group/<name>` */
function parseMember(path: string[], group: string) {
  const [name] = path;
  return path.length === 1 && isName(name) && isGroup(group) ? { name, group } : undefined;
}

/** Groups went by the name of a player once. */
function isGroup(text: string): boolean {
  return isSessionId(text) || isName(text);
}
