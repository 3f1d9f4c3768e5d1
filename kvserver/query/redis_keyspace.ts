import type { Entries, Keyspace } from "../../resp/mod.ts";
import type { Store } from "../store/mod.ts";
import type { Queries } from "./queries.ts";
import type { Writes } from "./writes.ts";

/** A replica as Redis's commands see it. Writes are those of `Queries`: bounded, counted and passed on alike. */
export class RedisKeyspace implements Keyspace {
  readonly entries: Entries;
  readonly writes: Writes;
  #store: Store;
  #queries: Queries;

  constructor(store: Store, queries: Queries) {
    this.entries = this.#store = store;
    this.writes = queries.writes;
    this.#queries = queries;
  }

  get size(): number {
    return this.#store.size;
  }

  get expiring(): number {
    return this.#store.expiring;
  }

  get accepted(): number {
    return this.writes.accepted.length;
  }

  get reads(): number {
    return this.#queries.gets;
  }

  set reads(count: number) {
    this.#queries.gets = count;
  }

  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#store.get(bytes, start, end);
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    return this.#queries.get(bytes, start, end);
  }

  countList(): void {
    this.#queries.ranges.countList();
  }

  countOf(prefix: Uint8Array): number {
    return this.#store.count(prefix);
  }

  countBelow(key: Uint8Array): number {
    return this.#store.countBelow(key);
  }

  entryAt(cursor: number): number {
    return this.#store.entryOf(cursor);
  }

  entryOfRank(rank: number): number {
    return this.#store.entryOfRank(rank);
  }

  walk(
    prefix: Uint8Array,
    after: Uint8Array | undefined,
    visit: (n: number, isShown: boolean) => boolean,
  ): boolean {
    return this.#store.walkPrefix(prefix, after, (n) => visit(n, this.#store.isShown(n)));
  }
}
