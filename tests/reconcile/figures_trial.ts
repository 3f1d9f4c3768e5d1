import { Store } from "../../kvserver/store/mod.ts";
import { assert, assertEquals, assertLessOrEqual } from "../deps.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { areEqual, compareStores } from "../support/reconcile/compare_stores.ts";
import { entryBytes } from "../support/store/stores.ts";

const uid = "127.0.0.1:7001/0123456789abcdef/2";

function take(store: Store, key: string, value: string, timestamp: number): void {
  store.merge(entryBytes(key, value, { timestamp, sequence: 0, uid }));
}

function keyOf(i: number): string {
  return `user:${Math.imul(i, 2654435761) >>> 0}`.padEnd(16, "0");
}

Deno.test("what two replicas of a million keys cost that are nearly equal", () => {
  const count = 1_000_000;
  const [a, b] = [new Store(), new Store()];
  for (let i = 0; i < count; i++) {
    const [key, value, timestamp] = [keyOf(i), `value ${i}`, 1.7e12 + i];
    for (const store of [a, b]) take(store, key, value, timestamp);
  }
  const random = new Prng(1);
  let timestamp = 1.8e12;
  for (const isLikelyEqual of [true, false]) {
    assert(areEqual(a, b));
    for (const [held, other] of [[a, b], [b, a]]) {
      // One is lacking, here or there; or of one the write is an earlier one, be it of 1 KiB.
      for (const key of ["new" + random.below(1e6), keyOf(random.below(count))]) {
        for (const value of ["x", "x".repeat(1024)]) {
          take(held, key, value, ++timestamp);
          const cost = compareStores(a, b, { isLikelyEqual });
          assert(areEqual(held, other));
          assertEquals([cost.entries, cost.needless], [1, 0]);
          assertLessOrEqual(cost.bytes + cost.entryBytes - value.length, 4096);
          assertLessOrEqual(cost.messages, isLikelyEqual ? 8 : 7);
        }
      }
    }
  }
  // A thousand small ones, spread evenly: half of them new, half of them written again.
  for (let i = 0; i < 1000; i++) {
    const key = keyOf(random.below(count));
    take(i % 3 === 0 ? a : b, i % 2 === 0 ? key + "n" : key, `value ${i}`, 1.9e12 + i);
  }
  const small = compareStores(a, b);
  assert(areEqual(a, b));
  assertEquals([small.entries, small.needless], [1000, 0]);
  assertLessOrEqual(small.bytes + small.entryBytes, 500 * 1000);
  assertLessOrEqual(small.messages, 9);
  // A thousand of 1 KiB.
  const value = "x".repeat(1024);
  for (let i = 0; i < 1000; i++) {
    const key = keyOf(random.below(count));
    take(i % 3 === 0 ? a : b, i % 2 === 0 ? key + "m" : key, value + i, 2e12 + i);
  }
  const large = compareStores(a, b);
  assert(areEqual(a, b));
  assertEquals([large.entries, large.needless], [1000, 0]);
  assertLessOrEqual(large.bytes + large.entryBytes, 1.5 * 1024 * 1000 + 16 * 1024);
});
