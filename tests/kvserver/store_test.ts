import { Store } from "../../kvserver/store/mod.ts";
import { wireLimits } from "../../limits.ts";
import { assertEquals, assertLess, assertNotEquals, fc } from "../deps.ts";
import { text } from "../support/rpc/arbitraries.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { compareOrders } from "../support/store/compare.ts";
import { heldEntries } from "../../simulate/cluster/held_entries.ts";
import {
  bytesOf,
  DumbStore,
  entryBytes,
  get,
  keyOf,
  orderOf,
  put,
  remove,
  scan,
  utf8Chars,
  valueOf,
} from "../support/store/stores.ts";
import { strangeKeys } from "./strange_keys.ts";

const uids = ["a:1/00/1", "b:1/00/1", "c:1/00/1"];

const longest = "k".repeat(wireLimits.keyBytesMax - 1);

/** Strange ones, ones that begin alike or differ late, and any other. */
const key = fc.oneof(
  fc.constantFrom(...strangeKeys).map(utf8Chars),
  fc.string({ unit: fc.constantFrom("a", "b", "\x7f", "\x80", "\xff"), maxLength: 4 }),
  fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 3 }).map((end) => `some prefix${end}`),
  fc.constantFrom("", "a", "b").map((end) => longest + end),
  text.map(utf8Chars),
);

/** Of lengths around all bounds. */
const value = fc.oneof(
  fc.constant(null),
  text.map(utf8Chars),
  fc.record({
    char: fc.constantFrom("x", "\xff"),
    length: fc.constantFrom(0, 1, 3, 4, 5, 64, 65, 4095, 4096, 4097, 9000, 20_000),
  }).map(({ char, length }) => char.repeat(length)),
);

const small = fc.integer({ min: 0, max: 3 });
const timestamp = fc.oneof(small, fc.constantFrom(2 ** 32 - 1, 2 ** 32, 2 ** 47));

const step = fc.oneof(
  fc.record({ type: fc.constant("put" as const), key, value, nowMs: timestamp }),
  fc.record({
    type: fc.constant("merge" as const),
    key,
    value,
    timestamp,
    sequence: fc.oneof(small, fc.constant(0xffffffff)),
    uid: fc.constantFrom(...uids),
  }),
  fc.record({ type: fc.constant("remove" as const), key }),
);

Deno.test("Store does what a dumb model does when it is put to, merged into, removed from and scanned", () => {
  const steps = fc.array(step, { maxLength: 60 });
  const scans = fc.array(fc.tuple(key, fc.option(key, { nil: undefined }), fc.nat(6)));
  fc.assert(
    fc.property(steps, scans, (steps, scans) => {
      const store = new Store();
      const model = new DumbStore();
      const numbers = new Map<string, number>();
      for (const step of steps) {
        const held = model.held.get(step.key)?.order;
        if (step.type === "remove") {
          if (held === undefined) continue;
          remove(store, step.key);
          model.held.delete(step.key);
          numbers.delete(step.key);
          assertEquals(get(store, step.key), null);
          continue;
        }
        let n: number;
        if (step.type === "put") {
          n = put(store, step.key, step.value, step.nowMs);
          const order = orderOf(store, n);
          if (held !== undefined) assertLess(0, compareOrders(order, held));
          if (held === undefined || step.nowMs > held.timestamp) {
            assertEquals(order, { timestamp: step.nowMs, sequence: 0, uid: uids[0] });
          }
          model.take(step.key, step.value, order);
        } else {
          const { timestamp, sequence, uid } = step;
          const taken = held === undefined || compareOrders(step, held) > 0;
          n = store.merge(entryBytes(step.key, step.value, step));
          assertEquals(n > 0, taken);
          if (taken) model.take(step.key, step.value, { timestamp, sequence, uid });
          n ||= store.find(bytesOf(step.key), 0, step.key.length);
          assertEquals(orderOf(store, n), model.held.get(step.key)!.order);
        }
        // An entry's number is its own until it is removed.
        assertEquals(numbers.get(step.key) ?? n, n);
        numbers.set(step.key, n);
        assertEquals(get(store, step.key), model.get(step.key));
      }
      store.assertInvariants();
      assertEquals(store.size, model.keys().length);
      assertEquals(scan(store, ""), [model.keys(), true]);
      const entries = heldEntries(store).map(({ key }) => key);
      assertEquals(entries, [...model.held.keys()].sort());
      for (const [key, n] of numbers) {
        assertEquals([keyOf(store, n), valueOf(store, n)], [key, model.get(key)]);
      }
      for (const [prefix, after, limit] of scans) {
        const expected = model.scan(prefix, after);
        assertEquals(scan(store, prefix, after), [expected, true]);
        const page = [expected.slice(0, limit), expected.length <= limit];
        assertEquals(scan(store, prefix, after, limit), page);
        assertEquals(store.count(bytesOf(prefix)), model.scan(prefix, undefined).length);
        assertEquals(get(store, prefix), model.get(prefix));
      }
    }),
    { numRuns: 200 },
  );
});

/** Many keys in all the orders that an index may like or not. */
const sequences: Record<string, (count: number, random: Prng) => string[]> = {
  "at random": (count, random) =>
    Array.from({ length: count }, () => `key:${random.below(2 ** 31)}`),
  "in ascending order": (count) => Array.from({ length: count }, (_, i) => padded(i)),
  "in descending order": (count) => Array.from({ length: count }, (_, i) => padded(count - i)),
  "in many ascending runs": (count) =>
    Array.from({ length: count }, (_, i) => `${padded(i % 100)}/${padded(i)}`),
  "from both ends": (count) =>
    Array.from({ length: count }, (_, i) => padded(i % 2 === 0 ? i : 10 * count - i)),
  "with long common prefixes": (count, random) =>
    Array.from({ length: count }, () => "p".repeat(200) + padded(random.below(2 ** 31))),
};

for (const [name, sequence] of Object.entries(sequences)) {
  Deno.test(`Store finds and sorts thousands of keys that come ${name}`, () => {
    const store = new Store();
    const random = new Prng(7);
    const keys = sequence(6_000, random);
    const ends = new Map<string, string>();
    for (const [i, key] of keys.entries()) {
      put(store, key, `${i}`);
      ends.set(key, `${i}`);
      if (i % 1_000 === 0) assertEquals(scan(store, "")[0], [...ends.keys()].sort());
    }
    for (const [key, value] of ends) assertEquals(get(store, key), value);
    for (const key of keys) assertEquals(get(store, `${key}x`), null);
    const sorted = [...ends.keys()].sort();
    assertEquals([scan(store, ""), store.size], [[sorted, true], sorted.length]);
    for (let i = 0; i < 100; i++) {
      const at = random.below(sorted.length);
      const expected = sorted.slice(at + 1, at + 11);
      assertEquals(scan(store, "", sorted[at], 10)[0], expected);
      assertEquals(scan(store, "", `${sorted[at]}\0`, 10)[0], expected);
    }
  });

  Deno.test(`Store counts thousands of keys that come ${name}, and go and come again`, () => {
    const store = new Store();
    const random = new Prng(8);
    const shown = new Set<string>();
    const keys = sequence(6_000, random);
    const putOrDelete = (key: string, isDeleted: boolean) => {
      put(store, key, isDeleted ? null : "v");
      if (isDeleted) shown.delete(key);
      else shown.add(key);
    };
    for (const [i, key] of keys.entries()) {
      putOrDelete(key, false);
      // At first few are deleted, so that nodes lack one value or none.
      const oneIn = i < 3_000 ? 40 : 2;
      // One that may be held already, and may be a tombstone, or become one.
      const other = random.below(3) === 0 ? `${key}x` : keys[random.below(i + 1)];
      putOrDelete(other, random.below(oneIn) === 0);
      if (random.below(oneIn) === 0) putOrDelete(key, true);
      if (i % 1_000 === 0) store.assertInvariants();
    }
    store.assertInvariants();
    assertEquals([store.count(bytesOf("")), store.size], [shown.size, shown.size]);
    for (let i = 0; i < 200; i++) {
      const key = keys[random.below(keys.length)];
      const prefix = key.slice(0, random.below(key.length + 1));
      const expected = [...shown].filter((key) => key.startsWith(prefix)).length;
      assertEquals(store.count(bytesOf(prefix)), expected, prefix);
    }
  });
}

function padded(i: number): string {
  return `${i}`.padStart(12, "0");
}

Deno.test("Store takes at most 100 bytes for a key of 20 bytes and a value of 16", () => {
  const random = new Prng(1);
  for (const count of [14_000, 50_000]) {
    const store = new Store();
    for (let i = 0; i < count; i++) {
      put(store, `key:${random.below(2 ** 31)}`.padEnd(20, "."), "0123456789abcdef");
    }
    assertLess(store.byteLength / store.size, 100);
  }
});

Deno.test("Store keeps apart keys that trip over careless code, in the order of their bytes", () => {
  const store = new Store();
  const keys = strangeKeys.map(utf8Chars);
  for (const key of keys) assertEquals(get(store, key), null);
  for (const key of keys) put(store, key, `value of ${key}`);
  for (const key of keys) assertEquals(get(store, key), `value of ${key}`);
  assertEquals(store.size, keys.length);
  assertEquals(scan(store, "")[0], [...keys].sort());
  // JavaScript would sort them otherwise.
  assertNotEquals(scan(store, "")[0], [...strangeKeys].sort().map(utf8Chars));
});

Deno.test("Store.put() copies the value and the key, whose bytes will be used again", () => {
  const store = new Store();
  const bytes = bytesOf("keyvalue");
  store.put(bytes, 0, 3, 3, 8, 1, uids[0]);
  bytes.fill(0);
  assertEquals(get(store, "key"), "value");
});

Deno.test("Store.put() leaves a tombstone when there is no value, which a later Put beats", () => {
  const store = new Store();
  put(store, "k", "v", 5);
  const n = put(store, "k", null, 5);
  assertEquals([orderOf(store, n), valueOf(store, n)], [
    { timestamp: 5, sequence: 1, uid: uids[0] },
    null,
  ]);
  assertEquals([get(store, "k"), store.size, scan(store, "")[0]], [null, 0, []]);
  // The tombstone still decides what comes later.
  const late = entryBytes("k", "late", { timestamp: 5, sequence: 0, uid: uids[2] });
  assertEquals([store.merge(late), get(store, "k")], [0, null]);
  assertEquals(store.sequenceOf(put(store, "k", "again", 1)), 2);
  assertEquals([get(store, "k"), store.size], ["again", 1]);
});

Deno.test("Store.merge() takes a tombstone for a key that is not held", () => {
  const store = new Store();
  const order = { timestamp: 5, sequence: 0, uid: uids[1] };
  assertLess(0, store.merge(entryBytes("k", null, order)));
  assertEquals([get(store, "k"), store.size], [null, 0]);
  assertEquals(store.merge(entryBytes("k", "old", { ...order, timestamp: 4, sequence: 9 })), 0);
});

Deno.test("Store.put() gives a new order when the value is unchanged", () => {
  const store = new Store();
  const orders = [1, 2, 3].map(() => orderOf(store, put(store, "k", "same", 7)));
  assertEquals(orders.map(({ timestamp, sequence }) => [timestamp, sequence]), [[7, 0], [7, 1], [
    7,
    2,
  ]]);
});

Deno.test("Store.scan() says that nothing follows only when nothing does", () => {
  const store = new Store();
  for (const key of ["a", "b1", "b2", "b3", "c"]) put(store, key, "");
  assertEquals(scan(store, "b", undefined, 2), [["b1", "b2"], false]);
  assertEquals(scan(store, "b", undefined, 3), [["b1", "b2", "b3"], true]);
  assertEquals(scan(store, "b", "b2", 1), [["b3"], true]);
  assertEquals(scan(store, "b", "b3", 1), [[], true]);
  assertEquals(scan(store, "b", "a", 1), [["b1"], false]);
  assertEquals(scan(store, "b", "z"), [[], true]);
  assertEquals(scan(store, "x"), [[], true]);
  assertEquals(scan(store, "b", "b1z"), [["b2", "b3"], true]);
});

Deno.test("Store.scan() walks over no more than it visits, however many keys there are", () => {
  /** How long it takes to find the two keys of one prefix again and again, at either end. */
  const durationMs = (keyCount: number) => {
    const store = new Store();
    for (let i = 0; i < keyCount; i++) put(store, `${i % 2 === 0 ? "b" : "y"}${i}`, "");
    for (const key of ["a/1", "a/2", "z/1", "z/2"]) put(store, key, "");
    const startMs = performance.now();
    for (let i = 0; i < 500; i++) {
      assertEquals(scan(store, "a/")[0].length, 2);
      assertEquals(scan(store, "z/", "z/1")[0].length, 1);
    }
    return performance.now() - startMs;
  };
  // A walk over all keys would take hundreds of times as long.
  assertLess(durationMs(50_000) / durationMs(100), 100);
});

Deno.test("Store tells how long an entry's key and value are, and writes them whole", () => {
  const store = new Store();
  const n = put(store, longest, longest);
  assertEquals(store.bytesOf(n), 2 * longest.length);
  assertEquals([keyOf(store, n), valueOf(store, n)], [longest, longest]);
  put(store, longest, null);
  assertEquals([store.bytesOf(n), valueOf(store, n)], [longest.length, null]);
});

Deno.test("Store tells entries by their rank, and by numbers that may be any", () => {
  const prng = new Prng(5);
  const store = new Store();
  for (let i = 0; i < 3_000; i++) {
    put(store, `key ${prng.below(4_000)}`, prng.below(4) === 0 ? null : "value");
  }
  const shown: number[] = [];
  store.scan(new Uint8Array(), undefined, (n) => shown.push(n) > 0);
  assertEquals(shown.length, store.size);
  assertEquals(shown.map((_, rank) => store.entryOfRank(rank)), shown);
  const all: number[] = [];
  store.walk(undefined, (n) => all.push(n) > 0);
  const numbers = new Set(all);
  const others = [-1, 0, 2 ** 32 - 1, 2 ** 31, 300_000, 1.5, NaN];
  for (const n of [...Array(120_000).keys(), ...others]) {
    assertEquals(store.entryOf(n), numbers.has(n) ? n : 0, String(n));
  }
});
