import { Buffer } from "node:buffer";
import { noCounter, noExpiry } from "../../kvserver/entry/entry.ts";
import { incarnationOf, isLater } from "../../kvserver/entry/order.ts";
import type { HeldEntry } from "../../simulate/cluster/held_entries.ts";

/** A write, as a server accepted it. */
export interface Write extends HeldEntry {
  /** The write that the replica held, which this one replaced; absent: it held nothing of the key. */
  readonly replaced?: string;
}

/** What names a write. */
export function dotOf({ uid, counter }: { uid: string; counter: number }): string {
  return `${uid} ${counter}`;
}

/**
 * All that was ever written to a cluster, and what must have become of it.
 *
 * The last write of a key that was not lost is what is shown, if it is no Delete. If it is one, nothing is
 * shown, or a Put of whom the writer of that Delete knew nothing: what all had seen by then of the Delete may
 * have been forgotten before the Put came. In no case is anything shown that was replaced by a write that is
 * not lost. Writes of servers that crashed may be lost, and may be not; with a disk that comes back what was on
 * it is not.
 */
export class Written {
  /** By key, and by what names the write. */
  #byKey = new Map<string, Map<string, Write>>();
  #started = new Set<string>();
  #crashed = new Set<string>();
  /** By what names a write: the servers that began with it on their disks. */
  #onDisk = new Map<string, Set<string>>();
  #hasReturned = false;

  add(write: Write): void {
    const { key } = write;
    let ofKey = this.#byKey.get(key);
    if (ofKey === undefined) this.#byKey.set(key, ofKey = new Map());
    ofKey.set(dotOf(write), write);
  }

  /** A server begins. What others bear for its name came from outside. */
  started(incarnation: string): void {
    this.#started.add(incarnation);
  }

  /** A server begins with these writes on its disk: they are not lost with the servers that accepted them. */
  startedWith(incarnation: string, writes: Iterable<{ uid: string; counter: number }>): void {
    for (const write of writes) {
      const dot = dotOf(write);
      const servers = this.#onDisk.get(dot);
      if (servers === undefined) this.#onDisk.set(dot, new Set([incarnation]));
      else servers.add(incarnation);
    }
  }

  /** A server ends, of which what only it had is lost. */
  crashed(incarnation: string): void {
    this.#crashed.add(incarnation);
  }

  /** A server is forgotten, or begins with what is on a disk: it may have what was deleted meanwhile. */
  mayReturn(): void {
    this.#hasReturned = true;
  }

  /** The keys that were written. */
  get keys(): Iterable<string> {
    return this.#byKey.keys();
  }

  /** Whether two keys have a write of one name. @returns what is wrong then. */
  get doubleWrite(): string | undefined {
    const keys = new Map<string, string>();
    for (const [key, writes] of this.#byKey) {
      for (const dot of writes.keys()) {
        const other = keys.get(dot);
        if (other !== undefined) return `write ${dot} is one of ${key} and of ${other}`;
        keys.set(dot, key);
      }
    }
    return undefined;
  }

  /** The last write of a key that is not lost. @param incarnation only of this server; absent: of any */
  last(key: string, incarnation?: string): Write | undefined {
    let last: Write | undefined;
    for (const write of this.#byKey.get(key)?.values() ?? []) {
      if (this.#mayBeLost(write) || !isLater(write, last)) continue;
      if (incarnation === undefined || incarnationOf(write.uid) === incarnation) last = write;
    }
    return last;
  }

  /** Whether a key was deleted, ever, after a write of it. */
  isDeletedAfter(write: HeldEntry): boolean {
    const writes = [...this.#byKey.get(write.key)?.values() ?? []];
    return writes.some((it) => it.value === null && isLater(it, write));
  }

  /**
   * Whether a Put is held of whom the writer of a later Delete knew nothing: some have forgotten that Delete
   * by now and some have not, and only when they compare they agree whether the Put is shown.
   */
  isDisputed(held: HeldEntry): boolean {
    const writes = this.#byKey.get(held.key);
    return held.value !== null && writes !== undefined && this.isDeletedAfter(held) &&
      !this.#isReplaced(writes, dotOf(held));
  }

  /**
   * What is wrong with what is held of a key.
   *
   * @param held `undefined`: nothing is @param isGone whether a write may be removed, because it has expired
   */
  fault(
    key: string,
    held: HeldEntry | undefined,
    isGone: (write: Write) => boolean,
  ): string | undefined {
    const last = this.last(key);
    if (held === undefined || held.value === null) {
      if (last === undefined || last.value === null || isGone(last)) return undefined;
      if (held !== undefined && isLater(held, last)) return undefined;
      // By a write, perhaps, of whom nobody is left.
      const writes = [...this.#byKey.get(key)!.values()];
      const isOver = writes.some((it) => isLater(it, last) && (it.value === null || isGone(it)));
      return isOver ? undefined : "it is lost";
    }
    const writes = this.#byKey.get(key) ?? new Map<string, Write>();
    const write = writes.get(dotOf(held));
    if (write === undefined && this.#started.has(incarnationOf(held.uid))) return "nobody put it";
    if (write !== undefined && !isSame(write, held)) return "it is not what was put";
    // What expires is gone soon, here as elsewhere.
    if (held.expiresAt !== noExpiry) return undefined;
    const isLastLeft = last !== undefined && last.value !== null && !this.isDeletedAfter(last);
    if (isLastLeft && isLater(last, held)) return "it is outdated";
    // Of one without a number nobody can tell that it was seen.
    if (held.counter === noCounter && this.#hasReturned) return undefined;
    return this.#isReplaced(writes, dotOf(held)) ? "it is back" : undefined;
  }

  #mayBeLost(write: Write): boolean {
    if (!this.#crashed.has(incarnationOf(write.uid))) return false;
    for (const server of this.#onDisk.get(dotOf(write)) ?? []) {
      if (!this.#crashed.has(server)) return false;
    }
    return true;
  }

  /**
   * Whether a write was replaced by one that is not lost, or by one that such a one replaced. The writer of
   * one that may be lost may have been all who saw what that one replaced.
   */
  #isReplaced(writes: ReadonlyMap<string, Write>, dot: string): boolean {
    for (const write of writes.values()) {
      for (let it: Write | undefined = write; it !== undefined && !this.#mayBeLost(it);) {
        if (it.replaced === dot) return true;
        it = it.replaced === undefined ? undefined : writes.get(it.replaced);
      }
    }
    return false;
  }
}

function isSame(a: HeldEntry, b: HeldEntry): boolean {
  if (a.isBin !== b.isBin || a.counter !== b.counter || a.expiresAt !== b.expiresAt) return false;
  if (isLater(a, b) || isLater(b, a)) return false;
  if (a.value === null || b.value === null) return a.value === b.value;
  return Buffer.compare(a.value, b.value) === 0;
}
