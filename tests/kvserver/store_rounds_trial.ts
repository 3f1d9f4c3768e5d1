import { Store } from "../../kvserver/store/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { assertEquals, assertLess } from "../deps.ts";
import { put, remove } from "../support/store/stores.ts";

Deno.test("Store takes no more room in ten rounds of other keys that go again than in one", () => {
  const account = new MemoryAccount();
  const store = new Store(defaultLimits, account);
  for (let i = 0; i < 20; i++) put(store, `stays ${i}`, "v".repeat(100 * i));
  const most: number[] = [];
  const after: number[] = [];
  const count = 30_000;
  for (let round = 0; round < 10; round++) {
    const keys = Array.from({ length: count }, (_, i) => `${round}/${i}`.padEnd(10 + i % 30, "."));
    for (const key of keys) put(store, key, "v".repeat(key.length * 4));
    most.push(account.bytes);
    for (const key of keys) put(store, key, null);
    for (const key of keys) remove(store, key);
    after.push(account.bytes);
  }
  store.assertInvariants();
  assertEquals(store.size, 20);
  assertLess(Math.max(...most), most[0] * 1.02);
  assertLess(Math.max(...after), after[0] * 1.02);
  assertLess(after[0], most[0] / 2);
});
