import { accessLimits } from "../../limits.ts";
import { type Cursors, type Keyspace, noEntry } from "./keyspace.ts";

/** A copy of the key of an entry. */
export function keyOf(keyspace: Keyspace, n: number): Uint8Array {
  return keyspace.entries.keyMemory(n).slice(
    keyspace.entries.keyStart(n),
    keyspace.entries.keyEnd(n),
  );
}

/**
 * A cursor that is the number of the last entry that was looked at, together with the hash of its key: so
 * nothing has to be kept for it. When that entry is no more, or another one has its number, the scan begins
 * anew, because no key may be left out.
 */
export class EntryCursors implements Cursors {
  #keyspace: Keyspace;

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  behind(n: number): bigint {
    return BigInt(hashOfKey(this.#keyspace, n)) << 32n | BigInt(n);
  }

  keyOf(cursor: bigint): Uint8Array | undefined {
    const n = this.#keyspace.entryAt(Number(cursor & 0xffffffffn));
    if (n === noEntry || this.behind(n) !== cursor) return undefined;
    return keyOf(this.#keyspace, n);
  }
}

/**
 * Cursors that are counted, for clients who are not to learn from an entry's number how many entries there
 * are. The keys of the last ones are kept.
 */
export class KeptCursors implements Cursors {
  #keyspace: Keyspace;
  #keys = new Map<bigint, Uint8Array>();
  #last = 0n;

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  behind(n: number): bigint {
    this.#keys.set(++this.#last, keyOf(this.#keyspace, n));
    this.#keys.delete(this.#last - BigInt(accessLimits.cursorsMax));
    return this.#last;
  }

  keyOf(cursor: bigint): Uint8Array | undefined {
    return this.#keys.get(cursor);
  }
}

/** 32 bits of a key (FNV-1a): whether a cursor's entry is the one of then need not be known for certain. */
function hashOfKey(keyspace: Keyspace, n: number): number {
  const bytes = keyspace.entries.keyMemory(n);
  let hash = 0x811c9dc5;
  for (let i = keyspace.entries.keyStart(n); i < keyspace.entries.keyEnd(n); i++) {
    hash = Math.imul(hash ^ bytes[i], 0x01000193);
  }
  return hash >>> 0;
}
