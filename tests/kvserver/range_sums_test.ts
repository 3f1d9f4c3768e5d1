import { RangeSum } from "../../kvserver/store/range_sum.ts";
import { noEntry, Store } from "../../kvserver/store/mod.ts";
import { assert, assertEquals, assertLess, assertNotEquals, fc } from "../deps.ts";
import { heldEntries } from "../../simulate/cluster/held_entries.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { bytesOf, entryBytes, type TextEntry } from "../support/store/stores.ts";

const uids = ["a:1/00/1", "b:1/00/1"];

/** Merges entries into a new store, in this order. */
function storeOf(entries: Iterable<TextEntry>): Store {
  const store = new Store();
  for (const entry of entries) store.merge(entryBytes(entry.key, entry.value, entry));
  return store;
}

function totalOf(store: Store): RangeSum {
  const sum = new RangeSum();
  store.sums.total(sum);
  return sum;
}

function belowIn(store: Store, key: string): RangeSum {
  const sum = new RangeSum();
  store.sums.below(bytesOf(key), sum);
  return sum;
}

function keysOf(store: Store): string[] {
  return heldEntries(store).map(({ key }) => key);
}

function hashIn(store: Store, key: string): string {
  const n = store.find(bytesOf(key), 0, key.length);
  return [...store.hashOf(n)].map((word) => word.toString(16).padStart(8, "0")).join(" ");
}

const key = fc.oneof(
  fc.nat(400).map((i) => `${i}`.padStart(4, "0")),
  fc.string({ unit: fc.constantFrom("a", "\x80", "\xff"), maxLength: 3 }),
);
const value = fc.oneof(
  fc.constant(null),
  fc.constantFrom("", "x", "y", "x".repeat(64), "x".repeat(200), "x".repeat(5000)),
);
const entry = fc.record({
  key,
  value,
  timestamp: fc.integer({ min: 1, max: 3 }),
  sequence: fc.nat(2),
  uid: fc.constantFrom(...uids),
});

Deno.test("replicas that took the same entries in any order, and asked at any time, have the same sums", () => {
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 300 }),
      fc.nat(),
      fc.array(key),
      (entries, seed, keys) => {
        // Of one order there is one value.
        const unique = new Map(
          entries.map((it) => [[it.key, it.timestamp, it.sequence, it.uid] + "", it]),
        );
        const list = [...unique.values()];
        const a = storeOf(list);
        const random = new Prng(seed);
        const b = new Store();
        while (list.length > 0) {
          const [entry] = list.splice(random.below(list.length), 1);
          b.merge(entryBytes(entry.key, entry.value, entry));
          const chance = random.below(10);
          if (chance === 0) totalOf(b);
          if (chance === 1) b.sums.make(1);
          if (chance === 2) belowIn(b, entry.key);
          if (chance < 3) {
            // One that comes and goes leaves no trace.
            const passing = { ...entry, key: `${entry.key}!`, value: "passes", timestamp: 9 };
            const n = b.merge(entryBytes(passing.key, passing.value, passing));
            if (chance === 0) totalOf(b);
            b.remove(n);
          }
        }
        assert(totalOf(a).equals(totalOf(b)));
        assertEquals(totalOf(a).count, a.size + a.tombstones);
        for (const key of keys) assert(belowIn(a, key).equals(belowIn(b, key)));
        a.assertInvariants();
        b.assertInvariants();
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("the sum below a key is that of the entries below it, each found by its rank", () => {
  const store = new Store();
  const random = new Prng(5);
  const keys = Array.from({ length: 5000 }, () => `k${random.below(2 ** 31)}`);
  for (const key of keys) {
    store.merge(entryBytes(key, "v" + key, { timestamp: 1, sequence: 0, uid: uids[0] }));
  }
  const sorted = [...new Set(keys)].sort();
  const expected = new RangeSum();
  for (const [rank, key] of sorted.entries()) {
    const n = store.sums.entryAt(rank);
    assertEquals(n, store.find(bytesOf(key), 0, key.length));
    assert(belowIn(store, key).equals(expected));
    expected.add(1, store.hashOf(n));
  }
  assert(totalOf(store).equals(expected));
  const all = totalOf(store);
  all.subtract(belowIn(store, sorted[1234]));
  all.subtract(belowIn(store, sorted[0]));
  const rest = new RangeSum();
  for (const key of sorted.slice(1234)) {
    rest.add(1, store.hashOf(store.find(bytesOf(key), 0, key.length)));
  }
  assert(all.equals(rest));
});

Deno.test("the sum below a key is that of now, however often the same one is asked for", () => {
  const store = new Store();
  const random = new Prng(3);
  const bound = bytesOf("k2");
  const below = new RangeSum();
  for (let round = 1; round <= 500; round++) {
    const key = `k${random.below(4)}${random.below(200)}`;
    const n = store.find(bytesOf(key), 0, key.length);
    if (n !== noEntry && random.below(3) === 0) store.remove(n);
    else {
      const write = { timestamp: round, sequence: 0, uid: uids[0] };
      store.merge(entryBytes(key, `v${round}`, write));
    }
    store.sums.below(bound, below);
    // Another object, of which nothing is known: it is summed up anew.
    if (random.below(4) === 0) assert(below.equals(belowIn(store, "k2")));
    else {
      store.sums.below(bound, below);
      const again = new RangeSum();
      for (const key of keysOf(store)) {
        if (key < "k2") again.add(1, store.hashOf(store.find(bytesOf(key), 0, key.length)));
      }
      assert(below.equals(again));
    }
  }
});

Deno.test("make() makes the sums in turns, and only those that are stale", () => {
  const store = new Store();
  for (let i = 0; i < 20_000; i++) {
    store.merge(entryBytes(`key:${i}`, "value", { timestamp: 1, sequence: 0, uid: uids[0] }));
  }
  let turns = 1;
  while (!store.sums.make(64 * 1024)) turns++;
  assertLess(20, turns);
  assert(store.sums.make(1));
  store.merge(entryBytes("key:7", "other", { timestamp: 2, sequence: 0, uid: uids[0] }));
  // One leaf, and no more.
  assert(!store.sums.make(0));
  assert(store.sums.make(1));
  store.assertInvariants();
});

Deno.test("a store that is not asked for sums keeps none, however often it is put to", () => {
  const store = new Store();
  for (let round = 1; round < 20; round++) {
    for (let i = 0; i < 3000; i++) {
      store.merge(entryBytes(`key:${i}`, "value", { timestamp: round, sequence: 0, uid: uids[0] }));
    }
  }
  assertEquals(store.sums.byteLength, 0);
  totalOf(store);
  // Of the sums of 3,000 entries, and of what is queued until there are as many as nodes.
  for (let round = 20; round < 40; round++) {
    for (let i = 0; i < 3000; i++) {
      store.merge(entryBytes(`key:${i}`, "value", { timestamp: round, sequence: 0, uid: uids[0] }));
    }
    assertLess(store.sums.byteLength, 30_000);
  }
  store.assertInvariants();
});

Deno.test("the hash of an entry is over all that it says, and never another", () => {
  const order = { timestamp: 2 ** 40 + 1, sequence: 7, uid: uids[0] };
  const variants: [
    string,
    string | null,
    typeof order & { isBin?: boolean; expiresAt?: number },
  ][] = [
    ["key", "value", order],
    ["kez", "value", order],
    ["key", "valuf", order],
    ["key", "value\0", order],
    ["key\0", "value", order],
    ["keyv", "alue", order],
    ["key", null, order],
    ["key", "", order],
    ["key", "value", { ...order, timestamp: 1 }],
    ["key", "value", { ...order, timestamp: order.timestamp + 1 }],
    ["key", "value", { ...order, sequence: 8 }],
    ["key", "value", { ...order, uid: uids[1] }],
    ["key", "value", { ...order, isBin: true }],
    ["key", "value", { ...order, expiresAt: 1 }],
    ["key", "value", { ...order, expiresAt: 2 ** 33 }],
    ["key", "x".repeat(5000), order],
    ["key", "x".repeat(4999) + "y", order],
  ];
  const hashes = variants.map(([key, value, order]) => {
    const store = new Store();
    store.merge({ ...entryBytes(key, value, order), ...order });
    return hashIn(store, key);
  });
  assertEquals(new Set(hashes).size, variants.length);
  // Servers compare them: another hash is another version of the protocol.
  assertEquals(hashes[0], "c9e0025f 96baad0f 071f4d92 ab0cb2db");
  assertEquals(hashes[15], "cfb660b3 f24f5e87 78700415 5500b142");
});

Deno.test("the hash of a long value is made anew when the value is another", () => {
  const store = new Store();
  const hashes = ["x", "y"].map((char, i) => {
    store.merge(
      entryBytes("key", char.repeat(9000), { timestamp: i + 1, sequence: 0, uid: uids[0] }),
    );
    return hashIn(store, "key");
  });
  assertNotEquals(hashes[0], hashes[1]);
  const other = storeOf([{
    key: "key",
    value: "y".repeat(9000),
    timestamp: 2,
    sequence: 0,
    uid: uids[0],
  }]);
  assertEquals(hashIn(other, "key"), hashes[1]);
});
