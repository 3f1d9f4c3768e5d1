import { Store } from "../../kvserver/store/mod.ts";
import { diskMarks, WrittenEntries } from "../../kvserver/written_entries.ts";
import { syncMessageBytesMax } from "../../limits.ts";
import { assertEquals, assertLess, fc } from "../deps.ts";
import { entriesOf, put } from "./stores.ts";

/** Of these a message holds one. */
const large = "x".repeat(syncMessageBytesMax * 0.6);

/** What a message holds, key and sequence. */
function entriesIn(message: Uint8Array): string[] {
  return entriesOf(message).map(({ key, sequence }) => `${key}${sequence}`);
}

Deno.test("a key that is put before every message leaves in its turn, and no other waits for it", () => {
  const store = new Store();
  const written = new WrittenEntries(store);
  for (const key of ["a", "hot", "b", "c"]) written.add(put(store, key, large));
  const left: string[] = [];
  for (let sequence = 1; sequence <= 6; sequence++) {
    written.add(put(store, "hot", large));
    left.push(...entriesIn(written.take(syncMessageBytesMax).encode()));
  }
  assertEquals(left, ["a0", "hot2", "b0", "c0", "hot5", "hot6"]);
  assertEquals(written.size, 0);
});

Deno.test("WrittenEntries gives out what is owed once, oldest first, as it is then", () => {
  const keys = fc.constantFrom("a", "b", "c", "d", "e", "f");
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant("add" as const), key: keys }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("forget" as const), key: keys }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant("take" as const), count: fc.nat(3) }),
    },
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
    const store = new Store();
    const written = new WrittenEntries(store);
    const numbers = new Map<string, number>();
    const sequences = new Map<string, number>();
    /** In order; `false` for what is owed no more and keeps its place. */
    const queue = new Map<string, boolean>();
    for (const step of steps) {
      if (step.type === "add") {
        const n = put(store, step.key, "x".repeat(1_000));
        numbers.set(step.key, n);
        sequences.set(step.key, store.sequenceOf(n));
        written.add(n);
        queue.set(step.key, true);
      } else if (step.type === "forget" && numbers.has(step.key)) {
        written.forget(numbers.get(step.key)!);
        if (queue.has(step.key)) queue.set(step.key, false);
      } else if (step.type === "take") {
        // A message of the envelope and so many entries; one entry it holds always.
        const taken = entriesIn(written.take(33_000 + step.count * 1_100).encode());
        const expected: string[] = [];
        for (const [key, isOwed] of queue) {
          if (isOwed && expected.length === Math.max(step.count, 1)) break;
          if (isOwed) expected.push(`${key}${sequences.get(key)}`);
          queue.delete(key);
        }
        assertEquals(taken, expected);
      }
      assertEquals(written.size, [...queue.values()].filter((isOwed) => isOwed).length);
    }
  }));
});

Deno.test("two lists of a store's entries do not get in each other's way", () => {
  const store = new Store();
  const lists = [new WrittenEntries(store), new WrittenEntries(store, diskMarks)];
  for (const key of ["a", "b", "c"]) {
    const n = put(store, key, "");
    for (const list of lists) list.add(n);
  }
  lists[0].forget(put(store, "b", ""));
  assertEquals(entriesIn(lists[0].take(syncMessageBytesMax).encode()), ["a0", "c0"]);
  assertEquals(entriesIn(lists[1].take(syncMessageBytesMax).encode()), ["a0", "b1", "c0"]);
});

Deno.test("WrittenEntries fills messages up to their bound, and gives out a longer entry alone", () => {
  const store = new Store();
  const written = new WrittenEntries(store);
  written.add(put(store, "long", "x".repeat(2 * syncMessageBytesMax)));
  for (let i = 0; i < 2_000; i++) written.add(put(store, `key${i}`, "x".repeat(1_000)));
  assertEquals(entriesIn(written.take(syncMessageBytesMax).encode()), ["long0"]);
  const message = written.take(syncMessageBytesMax).encode();
  assertLess(message.length, syncMessageBytesMax);
  assertLess(syncMessageBytesMax * 0.9, message.length);
});
