import { type GameStore, StoreFailure } from "../../game/mod.ts";
import type { SharedListening } from "./shared_listening.ts";

/**
 * Prefixes that show what others do or are, and not what a rule of the game is counted from; and which part of
 * a key below them is the player, or the player's session.
 */
const shown: readonly (readonly [prefix: RegExp, playerAt: number])[] = [
  [/^(?:scene|letter|chat)\//, 3],
  [/^(?:here|post)\//, 2],
  [/^(?:place|mined|rank)\/$/, 1],
  [/^term\/\d+\/(?:mined|rank)\/$/, 3],
];

/** What one player at a door sees of the store. */
export interface DoorView {
  /** The player, who sees what is hidden from others if it is of the player. */
  readonly name: string;
  /** Whether what a player does and is, is hidden from others. */
  isHidden(name: string): boolean;
}

/**
 * The store of a host as one of its players sees it: what hidden players do is not there.
 *
 * @param reads lists for all players of the host
 */
export function doorStore(
  store: GameStore,
  reads: Pick<GameStore, "list">,
  listening: SharedListening | undefined,
  { name, isHidden }: DoorView,
): GameStore {
  const seen = (entries: ReadonlyMap<string, string>, prefix: string) => {
    // What belongs to a term stands below it, in the same form.
    const [term] = /^(?:term\/\d+\/)?/.exec(prefix)!;
    const playerAt = shown.find(([pattern]) => pattern.test(prefix.slice(term.length)))?.[1];
    if (playerAt === undefined) return new Map(entries);
    const isSeen = (key: string) => {
      const [player] = key.slice(term.length).split("/")[playerAt]?.split(".") ?? [];
      return player === undefined || player === name || !isHidden(player);
    };
    return new Map(entries.entries().filter(([key]) => isSeen(key)));
  };
  return {
    get: (key) => store.get(key).catch(unaddressed),
    put: (key, value) => store.put(key, value).catch(unaddressed),
    list: async (prefix) => seen(await reads.list(prefix).catch(unaddressed), prefix),
    listen: listening && ((onChange) => {
      const joined = listening.join(onChange);
      return { ...joined, take: (prefix) => seen(joined.take(prefix), prefix) };
    }),
    address: () => store.address(),
    // Whoever comes through a door is at no server, and is not told of another one.
    server: () => "the world",
  };
}

/** The same failure, without the address of a server, which is nothing to players. */
function unaddressed(failure: unknown): never {
  if (!(failure instanceof StoreFailure)) throw failure;
  throw new StoreFailure("the world does not answer", { cause: failure });
}
