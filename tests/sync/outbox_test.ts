import { EntryPool, type PoolUse } from "../../kvserver/sync/entry_pool.ts";
import { EntryReader } from "../../kvserver/entry/entry_reader.ts";
import { ForwardedBatch } from "../../kvserver/sync/forwarded_batch.ts";
import { Outbox } from "../../kvserver/sync/outbox.ts";
import { withLimits } from "../../limits.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { assert, assertEquals, assertLess, fc } from "../deps.ts";
import { collidingKeys } from "../support/store/colliding_keys.ts";
import { compareOrders } from "../support/store/compare.ts";
import { entriesOf, messageOf, type TextEntry } from "../support/store/stores.ts";

const limits = withLimits({ syncMessageBytesMax: 1024 * 1024 });
/** Of these a message holds one. */
const large = "x".repeat(limits.syncMessageBytesMax * 0.6);

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
function take(outbox: Outbox, bytesMax?: number, timestampMax?: number): TextEntry[] {
  const batch = outbox.take(bytesMax, timestampMax);
  const entries = entriesOf(batch.encode());
  batch.release();
  return entries;
}

/** Among them: the pool holds what waits in these outboxes, and no more, and in no more room. */
function assertInvariants(pool: EntryPool, outboxes: readonly Outbox[]): void {
  const use: PoolUse = { entries: new Set(), keys: new Set() };
  for (const outbox of outboxes) {
    outbox.assertInvariants();
    outbox.addTo(use);
  }
  pool.assertInvariants(use);
}

Deno.test("a key that is put before every message leaves in its turn, and no other waits for it", () => {
  const pool = new EntryPool(limits);
  const outbox = new Outbox(pool, limits);
  const add = (key: string, timestamp: number) =>
    using(pool, [entryOf(key, timestamp, large)], (n) => outbox.enqueue(n));
  for (const key of ["a", "hot", "b", "c"]) add(key, 0);
  const left: string[] = [];
  for (let timestamp = 1; timestamp <= 6; timestamp++) {
    add("hot", timestamp);
    left.push(...take(outbox).map(({ key, timestamp }) => `${key}${timestamp}`));
  }
  assertEquals(left, ["a0", "hot2", "b0", "c0", "hot5", "hot6"]);
});

Deno.test("what is later than the receiver takes goes on waiting, be it in a batch that is kept whole", () => {
  const pool = new EntryPool(limits);
  const entries = [entryOf("a", 4), entryOf("late", 6), entryOf("b", 5)];
  for (const isWhole of [true, false]) {
    const outbox = new Outbox(pool, limits);
    const batch = new ForwardedBatch(pool, messageOf(entries).slice());
    assert(batch.isWorthKeeping);
    if (!isWhole) using(pool, [entryOf("c", 3)], (n) => outbox.enqueue(n));
    outbox.enqueueBatch(batch);
    batch.release();
    const keys = (timestampMax: number) =>
      take(outbox, undefined, timestampMax).map(({ key }) => key);
    assertEquals(keys(5), [...(isWhole ? [] : ["c"]), "a", "b"]);
    assertEquals([keys(5), keys(6), outbox.size], [[], ["late"], 0]);
    assertInvariants(pool, []);
  }
});

Deno.test("batches in a row leave in one message as they came, as many as fit, and are decoded otherwise", () => {
  const pool = new EntryPool(limits);
  const bytesOf = (i: number) => messageOf([entryOf("hot", i), entryOf(`key${i}`, i)]).slice();
  const { length } = bytesOf(0);
  const outbox = new Outbox(pool, limits, 3 * length);
  const enqueue = (count: number) => {
    for (let i = 0; i < count; i++) {
      const batch = new ForwardedBatch(pool, bytesOf(i));
      outbox.enqueueBatch(batch);
      outbox.claim([{ uid: "uid", from: i, to: i + 1 }]);
      batch.release();
    }
    assertInvariants(pool, [outbox]);
  };
  enqueue(3);
  assertEquals([outbox.isWhole, outbox.size, outbox.bytes], [true, 6, 3 * length]);
  const joined = outbox.take();
  assertEquals([...joined.encode()], [0, 1, 2].flatMap((i) => [...bytesOf(i)]));
  joined.release();
  assertEquals(outbox.takeClaims(), [{ uid: "uid", from: 0, to: 3 }]);
  assertEquals([outbox.isWhole, outbox.size], [false, 0]);
  enqueue(4);
  assertEquals([outbox.isWhole, outbox.size], [false, 5]);
  assertEquals(take(outbox).map(({ key, timestamp }) => `${key}@${timestamp}`), [
    ...["hot@3", "key0@0", "key1@1", "key2@2", "key3@3"],
  ]);
  assertEquals(outbox.takeClaims(), [{ uid: "uid", from: 0, to: 4 }]);
  // What does not fit into the next message is decoded as well.
  enqueue(2);
  assertEquals(take(outbox, length).map(({ key }) => key), ["hot"]);
  assertEquals(take(outbox).map(({ key }) => key), ["key0", "key1"]);
  assertInvariants(pool, [outbox]);
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

/** What one outbox is to hold, by key, in the order in which the keys came. */
class Model extends Map<string, TextEntry> {
  /** Keys that were removed while they waited: put again, they are in their old place or in a new one. */
  readonly floating = new Set<string>();

  /** Takes out what was taken, which must be the first of those that have a place. */
  take(taken: readonly TextEntry[]): void {
    const hasPlace = ({ key }: TextEntry) => !this.floating.has(key);
    const first = [...this.values()].filter(hasPlace).slice(0, taken.filter(hasPlace).length);
    assertEquals(taken.filter(hasPlace), first);
    for (const entry of taken) {
      assertEquals(entry, this.get(entry.key));
      this.delete(entry.key);
      this.floating.delete(entry.key);
    }
  }
}

Deno.test("each outbox gives of each key the latest that its receiver lacks, in turn, from one pool", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pool = new EntryPool(limits);
      const outboxes = Array.from({ length: receiverCount }, () => new Outbox(pool, limits));
      const model = outboxes.map(() => new Model());
      for (const step of steps) {
        if (step.type === "add" || step.type === "message") {
          const entries = step.type === "add" ? [step.entry] : step.entries;
          const receivers = outboxes.filter((_, i) => step.receivers >> i & 1);
          if (step.type === "message") {
            const batch = new ForwardedBatch(pool, messageOf(entries).slice());
            for (const receiver of receivers) receiver.enqueueBatch(batch);
            batch.release();
          } else using(pool, entries, (n) => receivers.forEach((receiver) => receiver.enqueue(n)));
          for (const receiver of receivers) {
            const queued = model[outboxes.indexOf(receiver)];
            for (const entry of entries) {
              const held = queued.get(entry.key);
              if (!held || compareOrders(entry, held) > 0) queued.set(entry.key, entry);
            }
          }
        } else if (step.type === "forget") {
          using(pool, [step.entry], (n) => outboxes[step.receiver].remove(n));
          const queued = model[step.receiver];
          const held = queued.get(step.entry.key);
          if (held && compareOrders(held, step.entry) <= 0) {
            queued.delete(step.entry.key);
            queued.floating.add(step.entry.key);
          }
        } else if (step.type === "take") {
          const queued = model[step.receiver];
          const taken = take(outboxes[step.receiver], step.bytesMax);
          assertEquals(taken.length > 0, queued.size > 0);
          if (step.bytesMax === 0) assert(taken.length <= 1);
          queued.take(taken);
        } else {
          outboxes[step.receiver].clear();
          model[step.receiver].clear();
        }
        const all = model.map((queued) => [...queued.values()]);
        assertEquals(outboxes.map(({ size }) => size), all.map(({ length }) => length));
        for (const [i, { bytes }] of outboxes.entries()) {
          const least = all[i].reduce(
            (sum, { key, value }) => sum + key.length + (value?.length ?? 0),
            0,
          );
          assert(bytes >= least && bytes <= least + 80 * all[i].length);
        }
        // Nothing is kept that waits in no outbox.
        assertInvariants(pool, outboxes);
      }
      for (const one of outboxes) while (take(one).length > 0);
      assertInvariants(pool, []);
      assertEquals(outboxes.map(({ bytes }) => bytes), [0, 0, 0]);
    }),
    { numRuns: 400 },
  );
});

Deno.test("Outbox fills messages up to their bound", () => {
  const pool = new EntryPool(limits);
  const outbox = new Outbox(pool, limits);
  const entries = Array.from({ length: 2_000 }, (_, i) => entryOf(`key${i}`, 1, "x".repeat(1_000)));
  using(pool, entries, (n) => outbox.enqueue(n));
  const batch = outbox.take();
  const { length } = batch.encode();
  assertLess(length, limits.syncMessageBytesMax);
  assertLess(limits.syncMessageBytesMax * 0.9, length);
});

Deno.test("EntryPool takes no more room, however many entries pass through it", () => {
  const pool = new EntryPool(limits);
  const outboxes = [new Outbox(pool, limits), new Outbox(pool, limits)];
  const round = (round: number) => {
    // One of the receivers is always a message behind.
    const batch = outboxes[1].take(Infinity);
    const entries = Array.from({ length: 1_000 }, (_, i) => {
      return entryOf(
        `key${round}/${i}`,
        1,
        "x".repeat(i % 100 === 0 ? 5_000 + round : (i * 7 + round) % 500),
      );
    });
    using(pool, entries, (n) => {
      for (const one of outboxes) one.enqueue(n);
    });
    take(outboxes[0], Infinity);
    batch.release();
  };
  for (let i = 0; i < 60; i++) {
    round(i);
    assertInvariants(pool, outboxes);
  }
  for (const one of outboxes) take(one, Infinity);
  assertInvariants(pool, []);
});

Deno.test("EntryPool gives back what a great number of entries took", () => {
  const pool = new EntryPool(limits);
  const outbox = new Outbox(pool, limits);
  const entries = Array.from({ length: 30_000 }, (_, i) => entryOf(`${i}`, 1));
  using(pool, entries, (n) => outbox.enqueue(n));
  assertEquals(take(outbox, Infinity), entries);
  assertInvariants(pool, []);
  using(pool, entries.slice(0, 100), (n) => outbox.enqueue(n));
  assertEquals(take(outbox), entries.slice(0, 100));
});

Deno.test("keys that were made to have one hash pass through a pool, nearly as fast", () => {
  const durationMs = (keys: readonly string[]) => {
    const pool = new EntryPool(limits);
    const outbox = new Outbox(pool, limits);
    const entries = keys.map((key) => entryOf(key, 1));
    const startMs = performance.now();
    for (let i = 0; i < 3; i++) using(pool, entries, (n) => outbox.enqueue(n));
    const left = take(outbox, Infinity);
    const tookMs = performance.now() - startMs;
    assertEquals(new Set(left.map(({ key }) => key)), new Set(keys));
    assertInvariants(pool, []);
    return tookMs;
  };
  const keys = collidingKeys(12_000);
  const others = keys.map((_, i) => `${i}`.padStart(8, "."));
  const usualMs = Math.min(durationMs(others), durationMs(others));
  // A walk over all that have the hash would take hundreds of times as long.
  assertLess(durationMs(keys) / usualMs, 25);
});

Deno.test("an outbox and its pool give back the room of many entries when these have left", () => {
  const memory = new MemoryAccount();
  const pool = new EntryPool(limits, memory);
  const outbox = new Outbox(pool, limits);
  const outboxes = [outbox, new Outbox(pool, limits)];
  for (let round = 0; round < 3; round++) {
    const entries = Array.from({ length: 20_000 }, (_, i) => entryOf(`${round}:${i}`, i));
    using(pool, entries, (n) => outboxes.forEach((outbox) => outbox.enqueue(n)));
    assertLess(1_000_000, memory.bytes);
    for (const outbox of outboxes) while (outbox.size > 0) take(outbox);
    assertInvariants(pool, outboxes);
    assertLess(memory.bytes, 80_000);
  }
});
