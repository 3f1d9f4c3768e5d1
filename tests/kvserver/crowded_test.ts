import { Store } from "../../kvserver/store/mod.ts";
import { hashOf } from "../../kvserver/memory/key_hash.ts";
import { assertEquals, assertLess } from "../deps.ts";
import { collidingKeys } from "../support/store/colliding_keys.ts";
import { DumbStore, get, put, scan } from "../support/store/stores.ts";

/** A known answer of the published algorithm: MurmurHash3 x86 32 with seed 0. */
const hashes: [text: string, hash: number][] = [
  ["", 0],
  ["test", 0xba6bd213],
  ["Hello, world!", 0xc0363e43],
  ["The quick brown fox jumps over the lazy dog", 0x2e4ff723],
];

Deno.test("hashOf() is MurmurHash3", () => {
  for (const [text, hash] of hashes) {
    const bytes = new TextEncoder().encode(`<${text}>`);
    assertEquals(hashOf(bytes, 1, bytes.length - 1), hash, text);
  }
});

Deno.test("Store holds keys that were made to have one hash like any others, nearly as fast", () => {
  const keys = collidingKeys(10_000);
  const bytes = keys.map((key) => Uint8Array.from(key, (char) => char.charCodeAt(0)));
  assertEquals(new Set(bytes.map((key) => hashOf(key, 0, key.length))).size, 1);
  const durationMs = (keys: readonly string[]) => {
    const store = new Store();
    const model = new DumbStore();
    const startMs = performance.now();
    for (let round = 0; round < 2; round++) {
      for (const key of keys) {
        put(store, key, `${round}${key}`);
        model.take(key, `${round}${key}`, { timestamp: 0, sequence: 0, uid: "" });
      }
    }
    for (const key of keys) assertEquals(get(store, key), model.get(key));
    assertEquals(get(store, `${keys[0]}x`), null);
    const tookMs = performance.now() - startMs;
    store.assertInvariants();
    assertEquals([scan(store, ""), store.size], [[model.keys(), true], keys.length]);
    return tookMs;
  };
  const others = keys.map((_, i) => `${i}`.padStart(8, "."));
  const usualMs = Math.min(durationMs(others), durationMs(others));
  // A walk over all that have the hash would take hundreds of times as long.
  assertLess(durationMs(keys) / usualMs, 25);
});
