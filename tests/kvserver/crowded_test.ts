import { Store } from "../../kvserver/mod.ts";
import { hashOf } from "../../kvserver/store/key_hash.ts";
import { assertEquals, assertLess } from "../deps.ts";
import { charsOf, DumbStore, get, put, scan } from "./stores.ts";

/** The number by which multiplying undoes multiplying by an odd `factor`, in 32 bits. */
function inverse(factor: number): number {
  let found = factor;
  // Newton's iteration: each turn doubles the number of right bits.
  for (let i = 0; i < 5; i++) found = Math.imul(found, 2 - Math.imul(factor, found));
  return found;
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Different keys that all have one hash: to each first word there is a second one that leads to it. */
function collidingKeys(count: number): string[] {
  const [c1, c2] = [0xcc9e2d51, 0x1b873593];
  return Array.from({ length: count }, (_, i) => {
    const state = Math.imul(rotated(Math.imul(rotated(Math.imul(i, c1), 15), c2), 13), 5);
    const wanted = (state + 0xe6546b64) ^ 0x12345678;
    const second = Math.imul(rotated(Math.imul(wanted, inverse(c2)), 17), inverse(c1));
    const view = new DataView(new ArrayBuffer(8));
    view.setUint32(0, i, true);
    view.setUint32(4, second, true);
    return charsOf(new Uint8Array(view.buffer));
  });
}

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
  const keys = collidingKeys(4_000);
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
    assertEquals([scan(store, ""), store.size], [[model.keys(), true], keys.length]);
    return tookMs;
  };
  const others = keys.map((_, i) => `${i}`.padStart(8, "."));
  const usualMs = Math.min(durationMs(others), durationMs(others));
  // A walk over all that have the hash would take hundreds of times as long.
  assertLess(durationMs(keys) / usualMs, 50);
});
