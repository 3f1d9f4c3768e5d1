import type { GameStore } from "../../game/mod.ts";

/** Lists that many players of a host ask for at once, and that are the same for all of them. */
const shared = /^(?:scene|letter|chat|here)\/|^(?:term\/\d+\/)?(?:place|mined|rank)\/$/;

/**
 * Lets hundreds of players list together: while a list is under way, whoever asks for the same waits for that
 * one. So a host whose listening is lost asks a server for little more than one player would, instead of
 * having it do what it cannot do at the moment when it is needed most.
 */
export class SharedReads {
  readonly #store: Pick<GameStore, "list">;
  readonly #underWay = new Map<string, Promise<Map<string, string>>>();

  constructor(store: Pick<GameStore, "list">) {
    this.#store = store;
  }

  /** As that of the store. What was written while a list is under way may not be in it. */
  async list(prefix: string): Promise<Map<string, string>> {
    if (!shared.test(prefix)) return await this.#store.list(prefix);
    // Letters to all players are few, and are read together.
    const wide = /^letter\/\d+\//.exec(prefix)?.[0] ?? prefix;
    const entries = await (this.#underWay.get(wide) ?? this.#begin(wide));
    if (wide === prefix) return entries;
    return new Map(entries.entries().filter(([key]) => key.startsWith(prefix)));
  }

  #begin(prefix: string): Promise<Map<string, string>> {
    const list = this.#store.list(prefix).finally(() => this.#underWay.delete(prefix));
    this.#underWay.set(prefix, list);
    return list;
  }
}
