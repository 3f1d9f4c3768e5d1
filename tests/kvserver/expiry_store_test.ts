import { noCounter, noExpiry } from "../../kvserver/entry/entry.ts";
import { noEntry, Store } from "../../kvserver/store/mod.ts";
import { assert, assertEquals, assertLess, fc } from "../deps.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { compareOrders } from "../support/store/compare.ts";
import { heldEntries } from "../../simulate/cluster/held_entries.ts";
import {
  bytesOf,
  entryBytes,
  get,
  orderOf,
  put,
  putExpiring,
  scan,
  type TextEntry,
} from "../support/store/stores.ts";

const uids = ["a:1/00/1", "b:1/00/1"];
const key = fc.constantFrom("", "a", "aa", "ab", "b", "ba");
/** Few, so that they meet; and some that need more than 32 bits. */
const time = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(2 ** 32 + 1, 2 ** 53 - 1));
const expiry = fc.oneof(time, fc.constant(noExpiry));

const step = fc.oneof(
  fc.record({ type: fc.constant("put" as const), key, expiresAt: expiry }),
  fc.record({ type: fc.constant("delete" as const), key }),
  fc.record({ type: fc.constant("expire" as const), key, expiresAt: expiry }),
  fc.record({
    type: fc.constant("merge" as const),
    key,
    expiresAt: expiry,
    isTombstone: fc.boolean(),
    timestamp: fc.integer({ min: 0, max: 4 }),
    sequence: fc.integer({ min: 0, max: 4 }),
    uid: fc.constantFrom(...uids),
  }),
  fc.record({ type: fc.constant("time" as const), nowMs: time, max: fc.nat(3) }),
);

Deno.test("Store shows what has not expired by its clock, which may jump, as a dumb model does", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const store = new Store();
      const model = new Map<string, TextEntry>();
      let nowMs = 0;
      let value = 0;
      const isShown = (entry: TextEntry | undefined) =>
        entry !== undefined && entry.value !== null && !(entry.expiresAt! <= nowMs);
      const expiresWith = (expiresAt: number) => expiresAt === noExpiry ? {} : { expiresAt };
      for (const step of steps) {
        if (step.type === "time") {
          nowMs = step.nowMs;
          store.passTime(nowMs, step.max);
        } else if (step.type === "put" || step.type === "delete") {
          const expiresAt = step.type === "put" ? step.expiresAt : noExpiry;
          const text = step.type === "put" ? `${value++}` : null;
          const n = expiresAt === noExpiry
            ? put(store, step.key, text)
            : putExpiring(store, step.key, text!, expiresAt);
          const order = orderOf(store, n);
          model.set(step.key, { key: step.key, value: text, ...expiresWith(expiresAt), ...order });
        } else if (step.type === "expire") {
          const bytes = bytesOf(step.key);
          const n = store.get(bytes, 0, bytes.length);
          const held = model.get(step.key);
          assertEquals(n !== noEntry, isShown(held));
          if (n === noEntry) continue;
          store.expire(n, 1, uids[0], noCounter, step.expiresAt);
          const { expiresAt: _, ...rest } = held!;
          const order = orderOf(store, n);
          assertLess(0, compareOrders(order, held!));
          model.set(step.key, { ...rest, ...expiresWith(step.expiresAt), ...order });
        } else {
          const { timestamp, sequence, uid } = step;
          const held = model.get(step.key);
          const text = step.isTombstone ? null : `${value++}`;
          const expiresAt = step.isTombstone ? noExpiry : step.expiresAt;
          const order = { timestamp, sequence, uid };
          store.merge(entryBytes(step.key, text, { ...order, ...expiresWith(expiresAt) }));
          if (held === undefined || compareOrders(step, held) > 0) {
            model.set(step.key, {
              key: step.key,
              value: text,
              ...expiresWith(expiresAt),
              ...order,
            });
          }
        }
        store.assertInvariants();
        for (const [key, entry] of model) {
          assertEquals(get(store, key), isShown(entry) ? entry.value : null);
        }
        const shown = [...model.values()].filter(isShown).map(({ key }) => key).sort();
        assertEquals(scan(store, "")[0], shown);
      }
      while (!store.passTime(nowMs, 1));
      store.assertInvariants();
      const shown = [...model.values()].filter(isShown);
      assertEquals(store.size, shown.length);
      assertEquals(store.tombstones, model.size - shown.length);
      for (const prefix of ["a", "b"]) {
        const expected = shown.filter(({ key }) => key.startsWith(prefix)).length;
        assertEquals(store.count(bytesOf(prefix)), expected);
      }
      for (const { key, expiresAt } of heldEntries(store)) {
        assertEquals(expiresAt, model.get(key)!.expiresAt ?? noExpiry);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("Store.passTime() takes in no more expiries than it may, in the order of their times", () => {
  const store = new Store();
  for (const ms of [5, 3, 9, 1, 7]) putExpiring(store, `${ms}`, "v", ms);
  const passed: string[] = [];
  const note = (n: number, hasExpired: boolean) =>
    passed.push(`${hasExpired ? "" : "not "}${String.fromCharCode(...store.keyOf(n))}`);
  assertEquals(store.nextExpiryMs, 1);
  assertEquals(store.passTime(7, 2, note), false);
  // Shown is exact at once; the count follows.
  assertEquals([scan(store, "")[0], store.size], [["9"], 3]);
  assertEquals(store.passTime(7, 2, note), true);
  assertEquals([store.size, store.nextExpiryMs], [1, 9]);
  // The clock is set back.
  assertEquals(store.passTime(4, 9, note), true);
  assertEquals([scan(store, "")[0], store.size, store.nextExpiryMs], [["5", "7", "9"], 3, 5]);
  assertEquals(passed, ["1", "3", "5", "7", "not 7", "not 5"]);
});

Deno.test("a Put of an expired key lives, and an Expire of nil keeps an entry for ever", () => {
  const store = new Store();
  const n = putExpiring(store, "k", "old", 5);
  store.passTime(6, 9);
  assertEquals([get(store, "k"), store.size], [null, 0]);
  put(store, "k", "new");
  assertEquals([get(store, "k"), store.size, store.expiring], ["new", 1, 0]);
  store.expire(n, 1, uids[0], noCounter, 8);
  store.expire(n, 1, uids[0], noCounter, noExpiry);
  store.passTime(9, 9);
  assertEquals([get(store, "k"), store.size, store.expiring], ["new", 1, 0]);
});

Deno.test("an entry that does not expire costs nothing for those that do, and these give all of it back", () => {
  const memory = new MemoryAccount();
  const store = new Store(defaultLimits, memory);
  const count = 100_000;
  const bytes = bytesOf("key:123456v");
  const putAll = (expiresAt: number) => {
    for (let i = 0; i < count; i++) {
      for (let j = 0, rest = i; j < 6; j++, rest = Math.floor(rest / 10)) {
        bytes[4 + j] = 48 + rest % 10;
      }
      store.put(bytes, 0, 10, 10, 11, 1, uids[0], noCounter, false, expiresAt + (i * 7919) % count);
    }
  };
  for (let i = 0; i < count; i++) {
    for (let j = 0, rest = i; j < 6; j++, rest = Math.floor(rest / 10)) {
      bytes[4 + j] = 48 + rest % 10;
    }
    store.put(bytes, 0, 10, 10, 11, 1, uids[0]);
  }
  const plainBytes = store.byteLength;
  const plainCharge = memory.bytes;
  putAll(1000);
  assertEquals(store.expiring, count);
  assertLess((store.byteLength - plainBytes) / count, 40);
  assertEquals(memory.bytes - plainCharge, store.byteLength - plainBytes);
  while (!store.passTime(1000 + count / 2, 1000));
  assertEquals(store.size, count - count / 2 - 1);
  for (let i = 0; i < count; i++) {
    for (let j = 0, rest = i; j < 6; j++, rest = Math.floor(rest / 10)) {
      bytes[4 + j] = 48 + rest % 10;
    }
    store.put(bytes, 0, 10, 10, 11, 1, uids[0]);
  }
  assertEquals(store.expiring, 0);
  assert(memory.bytes - plainCharge < 1024, `${memory.bytes - plainCharge}`);
});
