import { withLimits } from "../../limits.ts";
import { Store } from "../../kvserver/store/mod.ts";
import { RpcError } from "../../rpc/mod.ts";
import { assert, assertEquals, assertGreater, assertLess } from "../deps.ts";
import { bytesOf, get, orderOf, put, scan } from "../support/store/stores.ts";

const MiB = 1024 * 1024;

/** Puts until the store refuses. @returns how many times it did not. */
function fill(store: Store, keyOf: (i: number) => string, value: string): number {
  for (let i = 0; i < 100_000; i++) {
    try {
      put(store, keyOf(i), value);
    } catch (error) {
      assert(error instanceof RpcError);
      assertEquals(error.code, "overloaded");
      return i;
    }
  }
  throw new Error("The store is not full");
}

Deno.test("Store refuses a key when it is full of keys, and takes values for those it has", () => {
  const store = new Store(withLimits({ storeKeyBytesMax: 2 * MiB }));
  const count = fill(store, (i) => `key${i}`, "v");
  assertGreater(count, 40_000);
  assertEquals([store.size, scan(store, "").flat().length], [count, count + 1]);
  for (let i = 0; i < count; i++) put(store, `key${i}`, "new");
  for (let i = 0; i < count; i++) assertEquals(get(store, `key${i}`), "new");
  assertEquals(get(store, `key${count}`), null);
  assertEquals(fill(store, (i) => `other${i}`, "v"), 0);
});

Deno.test("Store refuses a value when it is full of values, and keeps the one it has", () => {
  const store = new Store(withLimits({ storeValueBytesMax: 1 * MiB }));
  const count = fill(store, (i) => `key${i}`, "v".repeat(1_000));
  assertGreater(count, 900);
  assertEquals(fill(store, () => "key5", "w".repeat(1_100)), 0);
  assertEquals([get(store, "key5"), store.size], ["v".repeat(1_000), count]);
  const { timestamp, sequence } = orderOf(store, store.find(bytesOf("key5"), 0, 4));
  assertEquals([timestamp, sequence], [1, 0]);
  // Shorter ones make room, and large ones need none of it.
  for (let i = 0; i < count; i++) put(store, `key${i}`, "s".repeat(400));
  put(store, "large", "l".repeat(10_000));
  assertGreater(fill(store, (i) => `more${i}`, "m".repeat(1_000)), 200);
  for (let i = 0; i < count; i++) assertEquals(get(store, `key${i}`), "s".repeat(400));
  assertEquals(get(store, "large")?.length, 10_000);
  assertLess(store.byteLength, 2_000_000);
});
