/**
 * Reads what changes below prefixes: what is heard is not listed.
 *
 * @module
 */

import { listAll, type Reader } from "./reader.ts";
import type { GameStore, Listening } from "./store.ts";

/** Reads prefixes that may be others each time, for one who wants to know what is new below them. */
export class HeardReader {
  readonly #reader: Reader;
  readonly #listening: Listening | undefined;

  /** @param onChange called when there may be something new */
  constructor(reader: Reader, store: Pick<GameStore, "listen">, onChange: () => void) {
    this.#reader = reader;
    this.#listening = store.listen?.(onChange);
  }

  /** Whether all of them are heard. */
  hears(prefixes: readonly string[]): boolean {
    return prefixes.every((prefix) => this.#listening?.hears(prefix) ?? false);
  }

  /** Says which prefixes will be read from now on. */
  listen(prefixes: readonly string[]): void {
    this.#listening?.listen(prefixes);
  }

  /**
   * All entries below the prefixes, or at least those that have changed since they were read last.
   *
   * @throws {StoreFailure} No server answered.
   */
  async read(prefixes: readonly string[]): Promise<Map<string, string>> {
    const listening = this.#listening;
    const isHeard = (prefix: string) => listening?.hears(prefix) ?? false;
    const [heard, unheard] = [prefixes.filter(isHeard), prefixes.filter((each) => !isHeard(each))];
    // First, because it may fail, and what was taken would be lost then.
    const entries = await listAll(this.#reader, unheard);
    for (const prefix of heard) {
      for (const [key, value] of listening!.take(prefix)) entries.set(key, value);
    }
    return entries;
  }

  /** Whether what is below a prefix may have changed since this was asked last. */
  hasChanged(prefix: string): boolean {
    const listening = this.#listening;
    return listening === undefined || !listening.hears(prefix) || listening.take(prefix).size > 0;
  }

  /** Ends it. */
  async close(): Promise<void> {
    await this.#listening?.close();
  }
}
