import { Store } from "../../kvserver/store/mod.ts";
import { WordArena } from "../../kvserver/memory/word_arena.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals, assertLess } from "../deps.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { bytesOf, get, put, remove, scan } from "../support/store/stores.ts";

const keyCount = 4_000;

/**
 * Puts, deletes and removes at random, first more of the one and then more of the other, and compares the
 * store with a map.
 *
 * @throws {Error} when they differ, when an invariant does not hold, or when room is not given back.
 */
export function putAndRemove(seed: number): void {
  const random = new Prng(seed);
  const store = new Store();
  const held = new Map<string, string | null>();
  const keyOf = (i: number) => `${i}`.padStart(4 + i % 70, "k");
  const forget = (key: string) => {
    remove(store, key);
    held.delete(key);
  };
  const check = () => {
    store.assertInvariants();
    const shown = [...held].filter(([, value]) => value !== null).map(([key]) => key).sort();
    assertEquals(scan(store, ""), [shown, true]);
    assertEquals(store.count(bytesOf("k")), shown.filter((key) => key.startsWith("k")).length);
    for (const [key, value] of held) assertEquals(get(store, key), value);
  };
  for (const removals of [1, 3, 1, 9]) {
    for (let i = 0; i < 3 * keyCount; i++) {
      const key = keyOf(random.below(keyCount));
      if (random.below(removals + 2) < 2) {
        const value = random.below(3) === 0 ? null : "v".repeat(random.below(100));
        put(store, key, value);
        held.set(key, value);
      } else if (held.has(key)) forget(key);
    }
    check();
  }
  for (const key of [...held.keys()].sort()) forget(key);
  check();
  assertLess(store.byteLength, 2_000);
}

/**
 * Frees short runs beside each other, and allocates long ones.
 *
 * @throws {Error} when these need more room.
 */
export function freeAndAllocate(): void {
  const arena = new WordArena({ firstWords: 64 }, defaultLimits);
  const places = Array.from({ length: 100_000 }, () => arena.allocate(5));
  const { byteLength } = arena;
  // One stays in each chunk.
  const runs = new Map<number, number>();
  const isLast = (i: number) => i === 99_999 || places[i + 1] % 2 ** 18 === 0;
  for (let i = places.length - 1; i >= 0; i--) {
    if (isLast(i)) runs.set(places[i], 5);
    else arena.free(places[i], 5);
  }
  arena.assertInvariants(runs);
  for (let i = 0; i < 2_000; i++) runs.set(arena.allocate(200), 200);
  arena.assertInvariants(runs);
  assertEquals(arena.byteLength, byteLength);
}
