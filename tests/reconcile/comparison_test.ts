import { EntryReader } from "../../kvserver/entry/entry_reader.ts";
import { beginComparison, readRangeMessage, Reply } from "../../kvserver/reconcile/mod.ts";
import { Store } from "../../kvserver/store/mod.ts";
import { MsgpackError } from "../../rpc/mod.ts";
import { assert, assertEquals, assertLessOrEqual, fc } from "../deps.ts";
import { areEqual, compareStores } from "../support/reconcile/compare_stores.ts";
import { heldEntries } from "../../simulate/cluster/held_entries.ts";
import { entryBytes, type TextEntry } from "../support/store/stores.ts";

const longest = "k".repeat(4000);

const key = fc.oneof(
  fc.nat(3000).map((i) => `${i}`),
  fc.string({ unit: fc.constantFrom("a", "b", "\x7f", "\x80", "\xff"), maxLength: 4 }),
  fc.constantFrom("", longest, longest + "a", "a" + longest, longest + "\xff"),
);
const value = fc.oneof(
  fc.constant(null),
  fc.constantFrom("", "x", "x".repeat(300), "x".repeat(5000)),
);
const entry = fc.record({
  key,
  value,
  timestamp: fc.integer({ min: 1, max: 3 }),
  sequence: fc.nat(1),
  uid: fc.constantFrom("a:1/00/1", "b:1/00/1"),
  /** Who holds it: one, the other, both. */
  where: fc.constantFrom("a", "b", "both", "both", "both"),
});

/** Runs of keys that only one holds, among others. */
const run = fc.record({
  first: fc.nat(3000),
  length: fc.nat(800),
  where: fc.constantFrom("a", "b", "both"),
});

const bounds = fc.record({
  messageBytesMax: fc.constantFrom(1, 100, 1000, 100_000),
  entriesBytesMax: fc.constantFrom(1, 40_000, 1_000_000),
});

type Placed = TextEntry & { where: string };

function storesOf(entries: readonly Placed[]): { a: Store; b: Store; all: Store } {
  const stores = { a: new Store(), b: new Store(), all: new Store() };
  for (const [name, store] of Object.entries(stores)) {
    for (const it of entries) {
      if (name !== "all" && it.where !== "both" && it.where !== name) continue;
      store.merge(entryBytes(it.key, it.value, it));
    }
  }
  return stores;
}

function expanded(
  { first, length, where }: { first: number; length: number; where: string },
): Placed[] {
  return Array.from({ length }, (_, i) => {
    return { key: `${first + i}`, value: "run", timestamp: 4, sequence: 0, uid: "c:1/00/1", where };
  });
}

/** Of one order there is one value. */
function unique(entries: readonly Placed[]): Placed[] {
  const byOrder = new Map(
    entries.map((it) => [[it.key, it.timestamp, it.sequence, it.uid] + "", it]),
  );
  return [...byOrder.values()];
}

Deno.test("two replicas that compare hold what a merge of all entries holds, whatever fits into a message", () => {
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 200 }),
      fc.array(run, { maxLength: 3 }),
      bounds,
      fc.boolean(),
      (entries, runs, bounds, isLikelyEqual) => {
        const placed = unique([...entries, ...runs.flatMap(expanded)]);
        const { a, b, all } = storesOf(placed);
        const lackingInA = heldEntries(all).length;
        const cost = compareStores(a, b, { ...bounds, isLikelyEqual });
        assert(areEqual(a, b) && areEqual(a, all));
        assertEquals(heldEntries(a), heldEntries(all));
        assertEquals(cost.needless, 0);
        assertLessOrEqual(cost.entries, 2 * lackingInA);
        for (const store of [a, b]) store.assertInvariants();
        assertEquals(compareStores(b, a, { isLikelyEqual: true }).messages, 1);
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("a message is no longer than it may be, but for what must be in it", () => {
  const { a, b } = storesOf([]);
  for (let i = 0; i < 20_000; i++) {
    const write = { timestamp: i + 1, sequence: 0, uid: "a:1/00/1" };
    if (i % 3 !== 0) a.merge(entryBytes(`key:${i}`, "value", write));
    if (i % 5 !== 0) b.merge(entryBytes(`key:${i}`, "value", write));
  }
  const cost = compareStores(a, b, { messageBytesMax: 4000, entriesBytesMax: 100_000 });
  assert(areEqual(a, b));
  assertEquals(cost.needless, 0);
  // What must be in it: the parts of one range.
  assertLessOrEqual(cost.longest, 4000 + 1500);
});

Deno.test("entries that are under way are left out of account", () => {
  const placed = ["1", "2", "3"].map((key, i) => {
    return { key, value: key, timestamp: i + 1, sequence: 0, uid: "a:1/00/1", where: "a" };
  });
  const { a, b } = storesOf(placed);
  const isUnderWay = (n: number) => a.timestampOf(n) === 3;
  assertEquals(compareStores(b, a, { isUnderWay }).entries, 2);
});

Deno.test("what a replica has listed and removed since is given to it, if it was put later", () => {
  const of = (value: string | null, timestamp: number, where: string) => {
    return { key: "k", value, timestamp, sequence: 0, uid: `${where}:1/00/1`, where };
  };
  const { a, b } = storesOf([of(null, 1, "a"), of("put", 2, "b")]);
  const options = { messageBytesMax: 100_000, entriesBytesMax: 100_000 };
  let message: Uint8Array | undefined = beginComparison(a, { low: 1, high: 2 }, false);
  for (let step = 1; message !== undefined; step++) {
    assertLessOrEqual(step, 6);
    const [from, to] = step % 2 === 0 ? [b, a] : [a, b];
    // The other one has found by now that both hold something of the key.
    if (step === 2) a.remove(a.find(new TextEncoder().encode("k"), 0, 1));
    const reply: Reply = new Reply(to, message, options);
    while (!reply.work(64));
    for (const reader = new EntryReader(reply.result.entries.encode()); reader.next();) {
      from.merge(reader);
    }
    message = reply.result.message;
  }
  assertEquals(heldEntries(a).map(({ key }) => key), ["k"]);
});

const messages = fc.tuple(fc.array(entry, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }))
  .map(([entries, messages]) => {
    const { a, b } = storesOf(unique(entries));
    let message = beginComparison(a, { low: 7, high: 8 }, false);
    for (let i = 1; i < messages; i++) {
      const reply = new Reply(i % 2 === 0 ? a : b, message, {
        messageBytesMax: 1000,
        entriesBytesMax: 100_000,
      });
      reply.work(Infinity);
      message = reply.result.message ?? message;
    }
    return message;
  });

const change = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.boolean() });

Deno.test("a message that is not as it should be is refused whole, or answered", () => {
  let refused = 0;
  fc.assert(
    fc.property(messages, fc.array(change, { maxLength: 3 }), (message, changes) => {
      const store = storesOf(unique([])).a;
      store.merge(entryBytes("1", "x", { timestamp: 1, sequence: 0, uid: "a:1/00/1" }));
      let bytes = message.slice();
      for (const { at, byte, cut } of changes) {
        if (cut) bytes = bytes.slice(0, at % (bytes.length + 1));
        else bytes[at % bytes.length] = byte;
      }
      try {
        readRangeMessage(bytes);
      } catch (error) {
        assert(error instanceof TypeError || error instanceof MsgpackError, `${error}`);
        refused++;
        return;
      }
      const reply = new Reply(store, bytes, { messageBytesMax: 1000, entriesBytesMax: 100_000 });
      assert(reply.work(Infinity));
      if (reply.result.message !== undefined) readRangeMessage(reply.result.message);
    }),
    { numRuns: 500 },
  );
  assert(refused > 100, `${refused}`);
});
