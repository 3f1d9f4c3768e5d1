import { noValue } from "../kvserver/entry/entry.ts";
import { Store } from "../kvserver/store/mod.ts";
import { keyBytes, keyOf, valueBytes } from "./keys.ts";

/** What one round of keys that come and go takes. */
export interface RemovalRound {
  /** Counts from 1. */
  readonly round: number;
  /** Memory of the replica while it holds the keys, and when all are gone. */
  readonly mostBytes: number;
  readonly leftBytes: number;
  readonly putsPerSecond: number;
  readonly removalsPerSecond: number;
}

/** Puts, deletes and removes other keys in a replica, without a server around it, so many in each round. */
export function* measureRemoval(
  keys: number,
  rounds: number,
  signal?: AbortSignal,
): Iterable<RemovalRound> {
  const store = new Store();
  const bytes = new Uint8Array(keyBytes + valueBytes);
  const encoder = new TextEncoder();
  const forEachKey = (round: number, act: (nowMs: number) => void): number => {
    const startMs = performance.now();
    for (let i = 0; i < keys; i++) {
      encoder.encodeInto(keyOf(round * keys + i), bytes);
      act(round + 1);
    }
    return keys / (performance.now() - startMs) * 1000;
  };
  for (let round = 0; round < rounds; round++) {
    signal?.throwIfAborted();
    const putsPerSecond = forEachKey(round, (nowMs) => {
      store.put(bytes, 0, keyBytes, keyBytes, bytes.length, nowMs, "uid");
    });
    const mostBytes = store.byteLength;
    forEachKey(round, (nowMs) => store.put(bytes, 0, keyBytes, noValue, noValue, nowMs, "uid"));
    const removalsPerSecond = forEachKey(round, () => {
      store.remove(store.find(bytes, 0, keyBytes));
    });
    const leftBytes = store.byteLength;
    yield { round: round + 1, mostBytes, leftBytes, putsPerSecond, removalsPerSecond };
  }
}
