import { Store } from "../../kvserver/store/mod.ts";
import { DirtySet, diskMarks } from "../../kvserver/store/dirty_set.ts";
import { assertEquals, assertLess, fc } from "../deps.ts";
import { entriesOf, put } from "../support/store/stores.ts";

/** Of these a message holds one. */
const messageBytesMax = 1024 * 1024;
const large = "x".repeat(messageBytesMax * 0.6);

/** What a message holds, key and sequence. */
function entriesIn(message: Uint8Array): string[] {
  return entriesOf(message).map(({ key, sequence }) => `${key}${sequence}`);
}

Deno.test("a key that is put before every message leaves in its turn, and no other waits for it", () => {
  const store = new Store();
  const dirty = new DirtySet(store);
  for (const key of ["a", "hot", "b", "c"]) dirty.add(put(store, key, large));
  const left: string[] = [];
  for (let sequence = 1; sequence <= 6; sequence++) {
    dirty.add(put(store, "hot", large));
    left.push(...entriesIn(dirty.drain(messageBytesMax).encode()));
  }
  assertEquals(left, ["a0", "hot2", "b0", "c0", "hot5", "hot6"]);
  assertEquals(dirty.size, 0);
});

Deno.test("DirtySet drains each entry once, oldest first, as it is then", () => {
  const keys = fc.constantFrom("a", "b", "c", "d", "e", "f");
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant("add" as const), key: keys }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("remove" as const), key: keys }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant("drain" as const), count: fc.nat(3) }),
    },
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
    const store = new Store();
    const dirty = new DirtySet(store);
    const numbers = new Map<string, number>();
    const sequences = new Map<string, number>();
    /** In order; `false` for what was removed and keeps its place. */
    const queue = new Map<string, boolean>();
    for (const step of steps) {
      if (step.type === "add") {
        const n = put(store, step.key, "x".repeat(1_000));
        numbers.set(step.key, n);
        sequences.set(step.key, store.sequenceOf(n));
        dirty.add(n);
        queue.set(step.key, true);
      } else if (step.type === "remove" && numbers.has(step.key)) {
        dirty.remove(numbers.get(step.key)!);
        if (queue.has(step.key)) queue.set(step.key, false);
        // Where nothing is left, places are given up too.
        if (dirty.size === 0) queue.clear();
      } else if (step.type === "drain") {
        // A message of the envelope and so many entries; one entry it holds always.
        const drained = entriesIn(dirty.drain(33_000 + step.count * 1_100).encode());
        const expected: string[] = [];
        for (const [key, isDirty] of queue) {
          if (isDirty && expected.length === Math.max(step.count, 1)) break;
          if (isDirty) expected.push(`${key}${sequences.get(key)}`);
          queue.delete(key);
        }
        assertEquals(drained, expected);
      }
      dirty.assertInvariants();
      assertEquals(dirty.size, [...queue.values()].filter((isDirty) => isDirty).length);
    }
  }));
});

Deno.test("two sets of a store's entries do not get in each other's way", () => {
  const store = new Store();
  const sets = [new DirtySet(store), new DirtySet(store, diskMarks)];
  for (const key of ["a", "b", "c"]) {
    const n = put(store, key, "");
    for (const set of sets) set.add(n);
  }
  sets[0].remove(put(store, "b", ""));
  assertEquals(entriesIn(sets[0].drain(messageBytesMax).encode()), ["a0", "c0"]);
  assertEquals(entriesIn(sets[1].drain(messageBytesMax).encode()), [
    "a0",
    "b1",
    "c0",
  ]);
});

Deno.test("DirtySet.drain() fills messages up to their bound, and a longer entry leaves alone", () => {
  const store = new Store();
  const dirty = new DirtySet(store);
  dirty.add(put(store, "long", "x".repeat(2 * messageBytesMax)));
  for (let i = 0; i < 2_000; i++) dirty.add(put(store, `key${i}`, "x".repeat(1_000)));
  assertEquals(entriesIn(dirty.drain(messageBytesMax).encode()), ["long0"]);
  const message = dirty.drain(messageBytesMax).encode();
  assertLess(message.length, messageBytesMax);
  assertLess(messageBytesMax * 0.9, message.length);
});
