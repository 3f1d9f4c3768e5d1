/**
 * Study groups: who works in the same place as others of the group takes more steps.
 *
 * @module
 */

import { groupSizeMax } from "../world/bounds.ts";
import { isName } from "../world/names.ts";
import type { Reader } from "./reader.ts";
import { keys, prefixes } from "./keys.ts";
import { parseAll } from "./records.ts";

/** The group of `name`, with `name` in it: by name, at most `groupSizeMax`; nobody where there is none. */
export async function readGroup(reader: Reader, name: string): Promise<string[]> {
  const leader = await reader.get(keys.group(name));
  if (leader === undefined || leader === "" || !isName(leader)) return [];
  const { records } = parseAll(await reader.list(prefixes.groups), parseMember);
  const members = records.filter((each) => each.leader === leader).map(({ name }) => name);
  return members.sort().slice(0, groupSizeMax);
}

/** `group/<name>` */
function parseMember(path: string[], leader: string) {
  const [name] = path;
  return path.length === 1 && isName(name) && isName(leader) ? { name, leader } : undefined;
}
