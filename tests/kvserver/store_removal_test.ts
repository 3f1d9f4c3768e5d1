import { Store } from "../../kvserver/store/mod.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { defaultLimits, withLimits } from "../../limits.ts";
import { assert, assertEquals, assertLess, assertLessOrEqual, assertThrows } from "../deps.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { collidingKeys } from "../support/store/colliding_keys.ts";
import { bytesOf, get, put, remove, scan } from "../support/store/stores.ts";

/** Numbers from 0 on, in an order that puts or removes may come in. */
const orders: Record<string, (count: number, random: Prng) => number[]> = {
  "in ascending order": (count) => Array.from({ length: count }, (_, i) => i),
  "in descending order": (count) => Array.from({ length: count }, (_, i) => count - 1 - i),
  "from both ends": (count) =>
    Array.from({ length: count }, (_, i) => i % 2 === 0 ? i / 2 : count - (i + 1) / 2),
  "from the middle on": (count) =>
    Array.from({ length: count }, (_, i) => (i + (count >>> 1)) % count),
  "at random": (count, random) => {
    const places = Array.from({ length: count }, () => random.u32());
    return [...places.keys()].sort((a, b) => places[a] - places[b]);
  },
};

function keyOf(i: number): string {
  return `key ${i}`.padEnd(9 + i % 90, "x");
}

for (const [name, order] of Object.entries(orders)) {
  Deno.test(`Store keeps all others while keys are removed ${name}, and takes them again`, () => {
    const count = 6_000;
    const random = new Prng(3);
    const account = new MemoryAccount();
    const store = new Store(defaultLimits, account);
    const held = new Map<string, string>();
    for (let round = 0; round < 3; round++) {
      for (const i of orders["at random"](count, random)) {
        const value = random.below(4) === 0 ? null : "v".repeat(random.below(200));
        put(store, keyOf(i), value);
        if (value === null) held.delete(keyOf(i));
        else held.set(keyOf(i), value);
      }
      const kept = round === 2 ? 0 : 100;
      for (const [done, i] of order(count, random).slice(0, count - kept).entries()) {
        remove(store, keyOf(i));
        held.delete(keyOf(i));
        if (done % 997 > 0) continue;
        store.assertInvariants();
        assertEquals(scan(store, "")[0], [...held.keys()].sort());
        assertEquals(store.count(bytesOf("key 1")), scan(store, "key 1")[0].length);
      }
      store.assertInvariants();
      for (const [key, value] of held) assertEquals(get(store, key), value);
      assertEquals([store.size, scan(store, "")[0].length], [held.size, held.size]);
    }
    assertEquals([store.size, store.tombstones], [0, 0]);
    assertLessOrEqual(store.byteLength, 2 * new Store().byteLength);
    assertLessOrEqual(account.bytes, 2 * new Store().byteLength);
  });
}

Deno.test("Store gives a removed key's room to others while many come and go", () => {
  const random = new Prng(2);
  const store = new Store();
  const count = 20_000;
  const keys: string[] = [];
  const next = (i: number) => `${i}`.padStart(12 + random.below(30), "0");
  for (let i = 0; i < count; i++) {
    keys.push(next(i));
    put(store, keys[i], "value");
  }
  const { byteLength } = store;
  for (let i = count; i < 10 * count; i++) {
    const at = random.below(count);
    remove(store, keys[at]);
    put(store, keys[at] = next(i), "value");
  }
  store.assertInvariants();
  assertLess(store.byteLength, 1.3 * byteLength + 2 ** 20);
});

Deno.test("Store forgets keys that were made to have one hash, and finds others as before", () => {
  const store = new Store();
  const keys = collidingKeys(1_000);
  for (const key of keys) put(store, key, key);
  const random = new Prng(4);
  while (keys.length > 0) {
    const [key] = keys.splice(random.below(keys.length), 1);
    remove(store, key);
    assertEquals(get(store, key), null);
    if (keys.length % 100 === 0) store.assertInvariants();
  }
  assertLessOrEqual(store.byteLength, 2 * new Store().byteLength);
});

Deno.test("Store refuses to remove an entry that waits in a queue", () => {
  const store = new Store();
  const n = put(store, "k", null);
  store.mark(n, 8);
  assertThrows(() => store.remove(n), Error, "waits for nothing");
  store.unmark(n, 8);
  store.remove(n);
  store.assertInvariants();
});

Deno.test("Store that was full of keys takes others when some are removed", () => {
  const store = new Store(withLimits({ storeKeyBytesMax: 2 ** 21 }));
  let count = 0;
  assertThrows(() => {
    while (true) {
      put(store, `key ${count}`, "v");
      count++;
    }
  });
  for (let i = 0; i < count; i += 2) remove(store, `key ${i}`);
  for (let i = 0; i < count; i += 2) put(store, `kex ${i}`, "v");
  store.assertInvariants();
  assertEquals(store.size, count);
  assert(get(store, "key 1") === "v" && get(store, "key 0") === null);
});
