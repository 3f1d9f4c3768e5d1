import { foldedName, isName, keys } from "../../game/mod.ts";
import { type NameStore, Owners, ownersPrefix } from "../names/owners.ts";
import { HouseRules } from "./house_rules.ts";
import type { Keeping } from "./keeping.ts";
import { ruleKeys } from "./rule_keys.ts";

/** Why a character cannot be renamed. */
export type RenameRefusal = "absent" | "taken" | "name";

/** What of the store is needed to rename a character. */
export type RenamingStore = NameStore & { delete(key: string): Promise<unknown> };

/** Kinds of keys below which stands what a character is and has, the name behind them. */
const own = [
  ...["place", "mined", "deed", "rank", "fold", "mark", "coin"],
  ...["post", "postread", "ignore", "group", "career"],
] as const;

/**
 * Gives a character another name: all that it is and has stands under that from then on, and not under the old
 * one any more. Nobody comes in under the old one, or sees it. The player must not be in meanwhile: whoever keeps
 * the world sees to that with a ban.
 *
 * What stays under the old name is what others count with: the steps that its sessions took off problems, and
 * that they rose for it; in two places at once, they would count twice.
 *
 * @returns why it cannot be done, if so.
 * @throws {StoreFailure} A part of it may be done; it may be done again.
 */
export async function rename(
  store: RenamingStore,
  keeping: Keeping,
  typed: string,
  to: string,
): Promise<RenameRefusal | undefined> {
  const owners = new Owners(store);
  const from = await owners.character(typed);
  if (from === undefined) return "absent";
  if (!isName(to)) return "name";
  if (from === to) return "taken";
  const holder = await owners.character(to);
  const isSame = foldedName(from) === foldedName(to);
  const why = `you are called ${to} now`;
  const isMoved = holder === to && await hasMoved(store, from, why);
  if (holder !== undefined && !isSame && !isMoved) return "taken";
  const entries = await entriesOf(store, from);
  if (!isMoved) {
    await copy(store, entries, from, to);
    // What the old name took off problems is still there, and nobody is to take it for another player.
    if (!isSame) {
      await keeping.measure("ban", from, true, why);
      await keeping.measure("hide", from, true, why);
    }
    // Last: what was interrupted before is done again.
    await store.put(keys.player(to), (await store.get(keys.player(from)))!);
  }
  for (const [key, value] of entries) await clear(store, key, value);
  if (!isSame) await store.delete(ownersPrefix + foldedName(from));
  await store.delete(keys.player(from));
  await keeping.noted("rename", foldedName(from), to);
}

/** Whether all that a character has stands under its new name already. */
async function hasMoved(store: NameStore, from: string, why: string): Promise<boolean> {
  const key = ruleKeys.measure("hide", from);
  const value = await store.get(key);
  const rules = new HouseRules(new Map(value === undefined ? [] : [[key, value]]));
  return rules.measure("hide", from)?.why === why;
}

async function copy(
  store: NameStore,
  entries: readonly (readonly [key: string, value: string])[],
  from: string,
  to: string,
): Promise<void> {
  const owner = await store.get(ownersPrefix + foldedName(from));
  if (owner !== undefined) {
    const record = JSON.stringify({ ...JSON.parse(owner), name: to });
    await store.put(ownersPrefix + foldedName(to), record);
  }
  for (const [key, value] of await transfersOfOthers(store, from, to)) await store.put(key, value);
  for (const [key, value] of entries) {
    await store.put(renamed(key, from, to), renamedRecord(key, value, to));
  }
}

/** The end of a session has what it took off problems, too; coins that were given name their giver. */
function renamedRecord(key: string, value: string, to: string): string {
  if (isEnd(key)) return changed(value, { damage: [] });
  return /(?:^|\/)coin\/[^/]+\/out\//.test(key) ? changed(value, { from: to }) : value;
}

/** Removes what stands under another name now; of the end of a session, the coins alone. */
async function clear(store: RenamingStore, key: string, value: string): Promise<void> {
  if (isEnd(key)) await store.put(key, changed(value, { mined: 0 }));
  else await store.delete(key);
}

async function entriesOf(store: NameStore, name: string): Promise<[string, string][]> {
  const listings = await Promise.all([
    store.list(`end/${name}.`),
    // What belongs to a later term stands below that.
    store.list("term/"),
    ...own.map((kind) => store.list(`${kind}/${name}`)),
  ]);
  const kinds = [...own, "end"].join("|");
  const isOwn = new RegExp(`^(?:term/\\d+/)?(?:${kinds})/([^/.]+)(?:[/.]|$)`);
  return listings.flatMap((listing) => [...listing])
    .filter(([key]) => isOwn.exec(key)?.[1] === name);
}

/**
 * What others have of coins that the character gave them, or they gave it, with the new name in it. Their keys
 * stay, so that no coin counts twice: they name the session that gave.
 */
async function transfersOfOthers(
  store: NameStore,
  from: string,
  to: string,
): Promise<[string, string][]> {
  const [now, later] = await Promise.all([store.list("coin/"), store.list("term/")]);
  return [...now, ...later].flatMap(([key, value]): [string, string][] => {
    const [, name, way, giver] = /(?:^|\/)coin\/([^/]+)\/(in|out)\/([^./]+)\./.exec(key) ?? [];
    if (name === undefined || name === from) return [];
    const [side, other] = way === "in" ? ["from", giver] : ["to", ""];
    return partOf(value, side, other) === from ? [[key, changed(value, { [side]: to })]] : [];
  });
}

/** Who is on one side of a transfer; `otherwise` where the record does not say, or is none. */
function partOf(value: string, side: string, otherwise: string): unknown {
  try {
    return JSON.parse(value)[side] ?? otherwise;
  } catch {
    return undefined;
  }
}

/** The name stands in the key, and in the ids of its sessions, but for those that others know coins by. */
function renamed(key: string, from: string, to: string): string {
  const isCoin = /^(?:term\/\d+\/)?coin\//.test(key);
  return key.split("/").map((part) => {
    if (part === from) return to;
    return !isCoin && part.startsWith(`${from}.`) ? to + part.slice(from.length) : part;
  }).join("/");
}

function isEnd(key: string): boolean {
  return /^(?:term\/\d+\/)?end\//.test(key);
}

/** A record with something else in it; what is none is left as it is. */
function changed(value: string, change: Record<string, unknown>): string {
  try {
    return JSON.stringify({ ...JSON.parse(value), ...change });
  } catch {
    return value;
  }
}
