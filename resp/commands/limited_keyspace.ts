import { beginsWith, compareBytes, type World } from "../../access/mod.ts";
import { KeptCursors } from "./cursors.ts";
import {
  type Cursors,
  type Entries,
  type Keyspace,
  type KeyspaceWrites,
  noEntry,
} from "./keyspace.ts";

/**
 * Those keys of a keyspace that begin with one of some prefixes: as if there were no others. The commands'
 * keys were checked before; what goes through keys, or counts them, goes by this.
 */
export class LimitedKeyspace implements Keyspace {
  readonly entries: Entries;
  readonly writes: KeyspaceWrites;
  readonly cursors: Cursors = new KeptCursors(this);
  /** The expiries of others are counted with those of these keys, so none are told. */
  readonly expiring = 0;
  #all: Keyspace;
  #world: World;

  constructor(all: Keyspace, world: World) {
    this.entries = all.entries;
    this.writes = all.writes;
    this.#all = all;
    this.#world = world;
  }

  get size(): number {
    return this.#world.prefixes.reduce((sum, prefix) => sum + this.#all.countOf(prefix), 0);
  }

  get accepted(): number {
    return this.#all.accepted;
  }

  get reads(): number {
    return this.#all.reads;
  }

  set reads(count: number) {
    this.#all.reads = count;
  }

  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#world.covers(bytes, start, end) ? this.#all.find(bytes, start, end) : noEntry;
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    return this.#world.covers(bytes, start, end) ? this.#all.read(bytes, start, end) : noEntry;
  }

  countList(): void {
    this.#all.countList();
  }

  countOf(prefix: Uint8Array): number {
    return this.#world.below(prefix).reduce((sum, part) => sum + this.#all.countOf(part), 0);
  }

  countBelow(key: Uint8Array): number {
    let count = 0;
    for (const prefix of this.#world.prefixes) {
      if (compareBytes(key, prefix) <= 0) break;
      const first = this.#all.countBelow(prefix);
      count += Math.min(this.#all.countOf(prefix), this.#all.countBelow(key) - first);
    }
    return count;
  }

  entryAt(cursor: number): number {
    const n = this.#all.entryAt(cursor);
    if (n === noEntry) return n;
    const { entries } = this;
    const isCovered = this.#world
      .covers(entries.keyMemory(n), entries.keyStart(n), entries.keyEnd(n));
    return isCovered ? n : noEntry;
  }

  entryOfRank(rank: number): number {
    let rest = rank;
    for (const prefix of this.#world.prefixes) {
      const count = this.#all.countOf(prefix);
      if (rest < count) return this.#all.entryOfRank(this.#all.countBelow(prefix) + rest);
      rest -= count;
    }
    return noEntry;
  }

  walk(
    prefix: Uint8Array,
    after: Uint8Array | undefined,
    visit: (n: number, isShown: boolean) => boolean,
  ): boolean {
    return this.#world.below(prefix)
      // The keys of a part that lies before `after` were visited.
      .filter((part) =>
        after === undefined || compareBytes(after, part) < 0 ||
        beginsWith(after, 0, after.length, part)
      )
      .every((part) => this.#all.walk(part, after, visit));
  }
}
