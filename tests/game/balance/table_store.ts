import type { GameStore } from "../../../app/game/mod.ts";

/** A store of one replica that finds what begins with a word without looking at all the rest. */
export class TableStore implements GameStore {
  readonly #tables = new Map<string, Map<string, string>>();

  get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.#table(key).get(key));
  }

  put(key: string, value: string): Promise<void> {
    this.#table(key).set(key, value);
    return Promise.resolve();
  }

  list(prefix: string): Promise<Map<string, string>> {
    const found = [...this.#table(prefix)].filter(([key]) => key.startsWith(prefix));
    return Promise.resolve(new Map(found));
  }

  address(): string {
    return "here";
  }

  server(): string {
    return "here";
  }

  /** All keys that begin with the same two parts. */
  #table(key: string): Map<string, string> {
    const name = key.split("/", 2).join("/");
    const table = this.#tables.get(name) ?? new Map<string, string>();
    this.#tables.set(name, table);
    return table;
  }
}
