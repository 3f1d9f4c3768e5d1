/**
 * A store as it is in one term: what players achieve stands under keys of that term.
 *
 * @module
 */

import type { Reader } from "./reader.ts";
import type { GameStore, Listening } from "./store.ts";

/** What begins anew with each term. All else, such as names, places and talk, goes on. */
const ofTerm = /^(mined|deed|fold|mark|coin|rank|damage|risen|end)\//;

/** Reads the keys of a term as if there were no other. Those of the first one are as they are. */
export class TermReader implements Reader {
  readonly #reader: Reader;

  /** @param term which one it is; to be set before anything of a term is read */
  constructor(reader: Reader, public term = 1) {
    this.#reader = reader;
  }

  get(key: string): Promise<string | undefined> {
    return this.#reader.get(this.inTerm(key));
  }

  async list(prefix: string): Promise<Map<string, string>> {
    return this.outOfTerm(prefix, await this.#reader.list(this.inTerm(prefix)));
  }

  /** Where `key`, or what begins so, stands in the store. */
  inTerm(key: string): string {
    return this.term > 1 && ofTerm.test(key) ? `term/${this.term}/${key}` : key;
  }

  /** Entries below `prefix`, by the keys that they have in their term. */
  outOfTerm(prefix: string, entries: ReadonlyMap<string, string>): Map<string, string> {
    const surplus = this.inTerm(prefix).length - prefix.length;
    if (surplus === 0) return new Map(entries);
    return new Map(Array.from(entries, ([key, value]) => [key.slice(surplus), value]));
  }
}

/** As `TermReader`, and writes. */
export class TermStore extends TermReader implements GameStore {
  readonly #store: GameStore;
  /** Absent where the store has none. */
  readonly listen?: (onChange: () => void) => Listening;

  /** @param term which one it is; to be set before anything of a term is read or written */
  constructor(store: GameStore, term = 1) {
    super(store, term);
    this.#store = store;
    if (store.listen !== undefined) {
      this.listen = (onChange) => new TermListening(store.listen!(onChange), this);
    }
  }

  put(key: string, value: string): Promise<void> {
    return this.#store.put(this.inTerm(key), value);
  }

  address(): string {
    return this.#store.address();
  }

  server(): string {
    return this.#store.server();
  }
}

class TermListening implements Listening {
  readonly #listening: Listening;
  readonly #store: TermStore;

  constructor(listening: Listening, store: TermStore) {
    this.#listening = listening;
    this.#store = store;
  }

  listen(prefixes: readonly string[]): void {
    this.#listening.listen(prefixes.map((prefix) => this.#store.inTerm(prefix)));
  }

  hears(prefix: string): boolean {
    return this.#listening.hears(this.#store.inTerm(prefix));
  }

  take(prefix: string): ReadonlyMap<string, string> {
    return this.#store.outOfTerm(prefix, this.#listening.take(this.#store.inTerm(prefix)));
  }

  close(): Promise<void> {
    return this.#listening.close();
  }
}
