import { foldedName, isName } from "../../game/mod.ts";
import { type NameStore, Owners, ownersPrefix } from "../names/owners.ts";
import type { Keeping } from "./keeping.ts";

/** Why a character cannot be renamed. */
export type RenameRefusal = "absent" | "taken" | "name";

/** Kinds of keys below which stands what a character is and has, the name behind them. */
const own = [
  ...["player", "place", "mined", "deed", "rank", "fold", "mark", "coin"],
  ...["post", "postread", "ignore", "group", "career"],
] as const;

/**
 * Gives a character another name: all that it is and has stands under that from then on. Nobody comes in under
 * the old one any more, or sees it. The player must not be in meanwhile: whoever keeps the world sees to that with a ban.
 *
 * @returns why it cannot be done, if so.
 * @throws {StoreFailure} A part of it may be done; it may be done again.
 */
export async function rename(
  store: NameStore,
  keeping: Keeping,
  typed: string,
  to: string,
): Promise<RenameRefusal | undefined> {
  const owners = new Owners(store);
  const from = await owners.character(typed);
  if (from === undefined) return "absent";
  if (!isName(to)) return "name";
  const holder = await owners.character(to);
  const isSame = foldedName(from) === foldedName(to);
  if ((holder !== undefined && !isSame) || from === to) return "taken";
  const owner = await store.get(ownersPrefix + foldedName(from));
  for (const [key, value] of await entriesOf(store, from)) {
    await store.put(renamed(key, from, to), value);
  }
  if (owner !== undefined) {
    const record = JSON.stringify({ ...JSON.parse(owner), name: to });
    await store.put(ownersPrefix + foldedName(to), record);
  }
  if (!isSame) {
    const why = `you are called ${to} now`;
    await keeping.measure("ban", from, true, why);
    // What the old name was and had is still there, and nobody is to take it for another player.
    await keeping.measure("hide", from, true, why);
  }
  await keeping.noted("rename", foldedName(from), to);
}

async function entriesOf(store: NameStore, name: string): Promise<[string, string][]> {
  const listings = await Promise.all([
    ...own.map((kind) => store.list(`${kind}/${name}`)),
    store.list(`end/${name}.`),
    // What belongs to a later term stands below that.
    store.list("term/"),
  ]);
  const kinds = [...own, "end"].join("|");
  const isOwn = new RegExp(`^(?:term/\\d+/)?(?:${kinds})/([^/.]+)(?:[/.]|$)`);
  return listings.flatMap((listing) => [...listing])
    .filter(([key]) => isOwn.exec(key)?.[1] === name)
    // The ends of sessions hold what they took off problems, too: that stays with the old name.
    .map((
      [key, value],
    ) => [key, /^(?:term\/\d+\/)?end\//.test(key) ? withoutDamage(value) : value]);
}

/** The name stands in the key, and in the ids of sessions. */
function renamed(key: string, from: string, to: string): string {
  return key.split("/").map((part) => {
    if (part === from) return to;
    return part.startsWith(`${from}.`) ? to + part.slice(from.length) : part;
  }).join("/");
}

function withoutDamage(value: string): string {
  try {
    return JSON.stringify({ ...JSON.parse(value), damage: [] });
  } catch {
    return value;
  }
}
