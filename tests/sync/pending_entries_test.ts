import { EntryPool } from "../../kvserver/sync/entry_pool.ts";
import { EntryReader } from "../../kvserver/entry_reader.ts";
import { PassedMessage } from "../../kvserver/sync/passed_message.ts";
import { PendingEntries } from "../../kvserver/sync/pending_entries.ts";
import { syncMessageBytesMax } from "../../limits.ts";
import { assert, assertEquals, assertLess, fc } from "../deps.ts";
import { collidingKeys } from "../kvserver/colliding_keys.ts";
import { compareOrders } from "../kvserver/compare.ts";
import { entriesOf, messageOf, type TextEntry } from "../kvserver/stores.ts";

/** Of these a message holds one. */
const large = "x".repeat(syncMessageBytesMax * 0.6);

function entryOf(key: string, timestamp: number, value = ""): TextEntry {
  return { key, value, timestamp, sequence: 0, uid: "uid" };
}

/** Does something with each of some entries in a pool. */
function using(pool: EntryPool, entries: readonly TextEntry[], use: (n: number) => void): void {
  const reader = new EntryReader(messageOf(entries));
  while (reader.next()) {
    const n = pool.add(reader);
    use(n);
    pool.release(n);
  }
}

/** What leaves with the next message. */
function take(pending: PendingEntries, bytesMax?: number): TextEntry[] {
  const batch = pending.take(bytesMax);
  const entries = entriesOf(batch.encode());
  batch.release();
  return entries;
}

Deno.test("a key that is put before every message leaves in its turn, and no other waits for it", () => {
  const pool = new EntryPool();
  const pending = new PendingEntries(pool);
  const add = (key: string, timestamp: number) =>
    using(pool, [entryOf(key, timestamp, large)], (n) => pending.add(n));
  for (const key of ["a", "hot", "b", "c"]) add(key, 0);
  const left: string[] = [];
  for (let timestamp = 1; timestamp <= 6; timestamp++) {
    add("hot", timestamp);
    left.push(...take(pending).map(({ key, timestamp }) => `${key}${timestamp}`));
  }
  assertEquals(left, ["a0", "hot2", "b0", "c0", "hot5", "hot6"]);
});

const receiverCount = 3;
const receiver = fc.nat(receiverCount - 1);
const timestamp = fc.constantFrom(0, 1, 2 ** 32, 2 ** 40);
const entry = fc.record({
  key: fc.constantFrom("", "a", "b", "c", "d", "long".repeat(1_000)),
  value: fc.constantFrom(null, "", "v", "w".repeat(100), "x".repeat(5_000)),
  timestamp,
  sequence: fc.nat(1),
  uid: fc.constantFrom("uid1", "uid2"),
});

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant("add" as const), entry, receivers: fc.nat(7) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("message" as const),
      entries: fc.uniqueArray(entry, { selector: ({ key }) => key, maxLength: 3 }),
      receivers: fc.nat(7),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("forget" as const), entry, receiver }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("take" as const),
      receiver,
      bytesMax: fc.constantFrom(0, 33_000, 40_000, 50_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("clear" as const), receiver }) },
);

/** What one receiver is owed: by key, in the order in which the keys came; `null` keeps a place. */
type Owed = Map<string, TextEntry | null>;

function owedOf(owed: Owed): TextEntry[] {
  return [...owed.values()].filter((entry) => entry !== null);
}

Deno.test("receivers are owed of each key the newest they do not have, in turn, from one pool", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pool = new EntryPool();
      const pending = Array.from({ length: receiverCount }, () => new PendingEntries(pool));
      const model = pending.map((): Owed => new Map());
      for (const step of steps) {
        if (step.type === "add" || step.type === "message") {
          const entries = step.type === "add" ? [step.entry] : step.entries;
          const receivers = pending.filter((_, i) => step.receivers >> i & 1);
          if (step.type === "message") {
            const message = new PassedMessage(pool, messageOf(entries).slice());
            for (const receiver of receivers) receiver.addMessage(message);
            message.release();
          } else using(pool, entries, (n) => receivers.forEach((receiver) => receiver.add(n)));
          for (const receiver of receivers) {
            const owed = model[pending.indexOf(receiver)];
            for (const entry of entries) {
              const held = owed.get(entry.key);
              if (!held || compareOrders(entry, held) > 0) owed.set(entry.key, entry);
            }
          }
        } else if (step.type === "forget") {
          using(pool, [step.entry], (n) => pending[step.receiver].forget(n));
          const held = model[step.receiver].get(step.entry.key);
          if (held && compareOrders(held, step.entry) <= 0) {
            model[step.receiver].set(step.entry.key, null);
          }
        } else if (step.type === "take") {
          const owed = model[step.receiver];
          const taken = take(pending[step.receiver], step.bytesMax);
          assertEquals(taken, owedOf(owed).slice(0, taken.length));
          assertEquals(taken.length > 0, owedOf(owed).length > 0);
          if (step.bytesMax === 0) assert(taken.length <= 1);
          for (const [key, entry] of owed) {
            if (entry !== null && taken.shift() === undefined) break;
            owed.delete(key);
          }
        } else {
          pending[step.receiver].clear();
          model[step.receiver].clear();
        }
        const all = model.map(owedOf);
        assertEquals(pending.map(({ size }) => size), all.map(({ length }) => length));
        for (const [i, { bytes }] of pending.entries()) {
          const least = all[i].reduce(
            (sum, { key, value }) => sum + key.length + (value?.length ?? 0),
            0,
          );
          assert(bytes >= least && bytes <= least + 80 * all[i].length);
        }
        // Nothing is kept that nobody is owed, and nothing twice but what came twice.
        assertLess(pool.size, pending.reduce((sum, { size }) => sum + size, 1));
        if (pool.size > 0) assert(all.some(({ length }) => length > 0));
      }
      for (const one of pending) while (take(one).length > 0);
      assertEquals([pool.size, ...pending.map(({ bytes }) => bytes)], [0, 0, 0, 0]);
    }),
    { numRuns: 400 },
  );
});

Deno.test("PendingEntries fills messages up to their bound", () => {
  const pool = new EntryPool();
  const pending = new PendingEntries(pool);
  const entries = Array.from({ length: 2_000 }, (_, i) => entryOf(`key${i}`, 1, "x".repeat(1_000)));
  using(pool, entries, (n) => pending.add(n));
  const batch = pending.take();
  const { length } = batch.encode();
  assertLess(length, syncMessageBytesMax);
  assertLess(syncMessageBytesMax * 0.9, length);
});

Deno.test("EntryPool takes no more room, however many entries pass through it", () => {
  const pool = new EntryPool();
  const pending = [new PendingEntries(pool), new PendingEntries(pool)];
  const round = (round: number) => {
    // One of the receivers is always a message behind.
    const batch = pending[1].take(Infinity);
    const entries = Array.from({ length: 1_000 }, (_, i) => {
      return entryOf(
        `key${round}/${i}`,
        1,
        "x".repeat(i % 100 === 0 ? 5_000 + round : (i * 7 + round) % 500),
      );
    });
    using(pool, entries, (n) => {
      for (const one of pending) one.add(n);
    });
    take(pending[0], Infinity);
    batch.release();
  };
  for (let i = 0; i < 20; i++) round(i);
  for (const one of pending) take(one, Infinity);
  const before = pool.byteLength;
  for (let i = 0; i < 40; i++) round(i);
  for (const one of pending) take(one, Infinity);
  assertEquals(pool.size, 0);
  assertLess(pool.byteLength, before + 300_000);
});

Deno.test("EntryPool gives back what a great number of entries took", () => {
  const pool = new EntryPool();
  const pending = new PendingEntries(pool);
  const entries = Array.from({ length: 30_000 }, (_, i) => entryOf(`${i}`, 1));
  using(pool, entries, (n) => pending.add(n));
  const { byteLength } = pool;
  assertEquals(take(pending, Infinity), entries);
  assertLess(pool.byteLength, byteLength / 4);
  using(pool, entries.slice(0, 100), (n) => pending.add(n));
  assertEquals(take(pending), entries.slice(0, 100));
});

Deno.test("keys that were made to have one hash pass through a pool, nearly as fast", () => {
  const durationMs = (keys: readonly string[]) => {
    const pool = new EntryPool();
    const pending = new PendingEntries(pool);
    const entries = keys.map((key) => entryOf(key, 1));
    const startMs = performance.now();
    for (let i = 0; i < 3; i++) using(pool, entries, (n) => pending.add(n));
    const left = take(pending, Infinity);
    const tookMs = performance.now() - startMs;
    assertEquals(new Set(left.map(({ key }) => key)), new Set(keys));
    assertEquals(pool.size, 0);
    return tookMs;
  };
  const keys = collidingKeys(12_000);
  const others = keys.map((_, i) => `${i}`.padStart(8, "."));
  const usualMs = Math.min(durationMs(others), durationMs(others));
  // A walk over all that have the hash would take hundreds of times as long.
  assertLess(durationMs(keys) / usualMs, 25);
});
