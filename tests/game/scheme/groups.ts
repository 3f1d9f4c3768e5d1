/**
 * What must hold of study groups, whatever was done at once, and what a dumb model says where one thing is done
 * after the other.
 *
 * @module
 */

import { joinGroup, leaveGroup, readGroup } from "../../../app/game/state/groups.ts";
import type { Reader } from "../../../app/game/state/reader.ts";
import type { Session } from "../../../app/game/state/session.ts";
import { groupSizeMax } from "../../../app/game/world/bounds.ts";
import type { Dice } from "../../../app/game/world/dice.ts";
import { must } from "./account.ts";

/** By name, who is in the group of each; nobody: it is in none. */
export type Groups = ReadonlyMap<string, readonly string[]>;

/** The groups as a replica shows them. @throws {Error} They contradict each other, or are too large. */
export async function checkedGroups(reader: Reader, names: readonly string[]): Promise<Groups> {
  const groups = new Map<string, string[]>();
  for (const name of names) groups.set(name, await readGroup(reader, name));
  for (const [name, group] of groups) {
    must(group.length <= groupSizeMax, () => `${group} are more than a group`);
    must(group.length === 0 || group.includes(name), () => `${name} is not in its group: ${group}`);
    for (const other of group) {
      const same = groups.get(other)!;
      must(group.join() === same.join(), () => `${name} has ${group}, and ${other} has ${same}`);
    }
  }
  return groups;
}

/** Where one thing is done after the other, and every replica knows of it before the next one. */
export interface Order {
  readonly dice: Dice;
  /** A session of each player. */
  readonly sessions: readonly Session[];
  /** The living replicas. */
  readonly readers: readonly Reader[];
  /** Does all of it at once, while nobody does anything else, and lets all replicas know. */
  atOnce(...acts: readonly (() => Promise<unknown>)[]): Promise<void>;
}

const stepsInOrder = 12;

/** Lets players join groups and leave them. @throws {Error} A group is not what a dumb model says. */
export async function checkGroupsInOrder(order: Order): Promise<void> {
  const { dice, sessions, readers, atOnce } = order;
  const names = sessions.map(({ name }) => name);
  const said: string[] = [];
  /** Groups as sets, one beside the other. */
  let model: Set<string>[] = [];
  const groupOf = (name: string) => model.find((group) => group.has(name));
  const leave = (name: string) => {
    groupOf(name)?.delete(name);
    model = model.filter(({ size }) => size > 0);
  };
  const join = (name: string, other: string) => {
    const group = groupOf(other) ?? new Set([other]);
    if (group.has(name) || group.size >= groupSizeMax) return group.has(name);
    leave(name);
    if (!model.includes(group)) model.push(group);
    group.add(name);
    return true;
  };
  for (const session of sessions) await atOnce(() => leaveGroup(session));
  for (let step = 0; step < stepsInOrder; step++) {
    const session = sessions[dice.whole(0, sessions.length - 1)];
    const { name } = session;
    const other = names[dice.whole(0, names.length - 1)];
    if (other === name) {
      said.push(`${name} leaves`);
      leave(name);
      await atOnce(() => leaveGroup(session));
    } else {
      const hasRoom = join(name, other);
      said.push(`${name} joins ${other}${hasRoom ? "" : ", in vain"}`);
      await atOnce(async () => {
        const joined = await joinGroup(session, other);
        must(joined === hasRoom, () => `${said.join(", ")}: ${joined}`);
      });
    }
    for (const reader of readers) {
      for (const [name, group] of await checkedGroups(reader, names)) {
        const should = [...groupOf(name) ?? []].sort();
        must(
          group.join() === should.join(),
          () => `${said.join(", ")}: ${name} has ${group} instead of ${should}`,
        );
      }
    }
  }
}

/**
 * Lets all but three join those three at once: none of them knows of the others, and there is room for each.
 *
 * @throws {Error} More are in the group than may be, or not all say the same of it.
 */
export async function checkGroupAtOnce({ sessions, readers, atOnce }: Order): Promise<void> {
  const names = sessions.map(({ name }) => name);
  for (const session of sessions) await atOnce(() => leaveGroup(session));
  const [first, ...others] = sessions;
  const already = others.splice(0, groupSizeMax - 2);
  for (const session of already) await atOnce(() => joinGroup(session, first.name));
  await atOnce(...others.map((session) => () => joinGroup(session, first.name)));
  for (const reader of readers) {
    const groups = await checkedGroups(reader, names);
    const inIt = [...groups].filter(([, group]) => group.length > 1);
    const should = Math.min(groupSizeMax, names.length);
    must(inIt.length === should, () => `${inIt.length} instead of ${should} are in a group`);
  }
}
