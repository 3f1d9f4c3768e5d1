import { Entry, type Order, Store } from "../../kvserver/mod.ts";
import { MsgpackReader, MsgpackWriter } from "../../rpc/mod.ts";
import { assert, assertEquals, assertLess, assertNotEquals, fc } from "../deps.ts";
import { text } from "../rpc/arbitraries.ts";
import { compareBytes, compareOrders, sortedByBytes, utf8 } from "./compare.ts";
import { strangeKeys } from "./strange_keys.ts";

const uids = ["a:1/00/1", "b:1/00/1", "c:1/00/1"];

/** Everything as a list that is searched from one end to the other. */
class DumbStore {
  held: { key: string; value: string | null; order: Order }[] = [];

  take(key: string, value: string | null, order: Order): void {
    this.held = this.held.filter((entry) => entry.key !== key);
    this.held.push({ key, value, order });
  }

  order(key: string): Order | undefined {
    return this.held.find((entry) => entry.key === key)?.order;
  }

  get(key: string): string | null {
    return this.held.find((entry) => entry.key === key)?.value ?? null;
  }

  keys(): string[] {
    return sortedByBytes(this.held.filter(({ value }) => value !== null).map(({ key }) => key));
  }

  scan(prefix: string, after: string | undefined): string[] {
    return this.keys().filter((key) =>
      key.startsWith(prefix) && (after === undefined || compareBytes(utf8(key), utf8(after)) > 0)
    );
  }
}

/** The bytes of a key or value as the text they spell. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** What an entry holds, as it would be sent. */
function read(entry: Entry): [key: string | undefined, value: string | undefined] {
  const writer = new MsgpackWriter();
  entry.writeKey(writer);
  entry.writeValue(writer);
  const reader = new MsgpackReader(writer.written());
  return [reader.str(), reader.nil() ? undefined : reader.str()];
}

function put(store: Store, key: string, value: string | null, nowMs = 1, uid = uids[0]): Entry {
  const bytes = utf8(`<${key}>`);
  return store.put(bytes, 1, bytes.length - 1, value === null ? null : utf8(value), nowMs, uid);
}

function get(store: Store, key: string): string | null {
  const bytes = utf8(`<${key}>`);
  const entry = store.get(bytes, 1, bytes.length - 1);
  return entry === undefined ? null : textOf(entry.value!);
}

/** The keys of a scan that is stopped at the entry behind `limit`, and what it says of the rest. */
function scan(store: Store, prefix: string, after?: string, limit = Infinity): [string[], boolean] {
  const keys: string[] = [];
  const done = store.scan(utf8(prefix), after === undefined ? undefined : utf8(after), (entry) => {
    if (keys.length === limit) return false;
    keys.push(read(entry)[0]!);
    return true;
  });
  return [keys, done];
}

const key = fc.oneof(
  fc.constantFrom(...strangeKeys),
  fc.string({ unit: fc.constantFrom("a", "b", "é", "\uffff", "\u{1f600}"), maxLength: 4 }),
  text,
);
const value = fc.option(text, { freq: 4 });
const small = fc.integer({ min: 0, max: 3 });

const step = fc.oneof(
  fc.record({ type: fc.constant("put" as const), key, value, nowMs: small }),
  fc.record({
    type: fc.constant("merge" as const),
    key,
    value,
    timestamp: small,
    sequence: small,
    uid: fc.constantFrom(...uids),
  }),
);

Deno.test("Store does what a dumb model does when it is put to, merged into and scanned", () => {
  const steps = fc.array(step, { maxLength: 60 });
  const scans = fc.array(fc.tuple(key, fc.option(key, { nil: undefined }), fc.nat(6)));
  fc.assert(
    fc.property(steps, scans, (steps, scans) => {
      const store = new Store();
      const model = new DumbStore();
      for (const step of steps) {
        const held = model.order(step.key);
        if (step.type === "put") {
          const { timestamp, sequence, uid } = put(store, step.key, step.value, step.nowMs);
          const fresh = held === undefined || step.nowMs > held.timestamp;
          const expected = fresh ? [step.nowMs, 0] : [held.timestamp, held.sequence + 1];
          assertEquals([timestamp, sequence, uid], [...expected, uids[0]]);
          model.take(step.key, step.value, { timestamp, sequence, uid });
        } else {
          const { timestamp, sequence, uid } = step;
          const taken = held === undefined || compareOrders(step, held) > 0;
          const bytes = step.value === null ? null : utf8(step.value);
          const latin1 = String.fromCharCode(...utf8(step.key));
          const entry = new Entry(latin1, bytes, timestamp, sequence, uid);
          assertEquals(store.merge(entry), taken);
          if (taken) model.take(step.key, step.value, { timestamp, sequence, uid });
        }
        assertEquals(get(store, step.key), model.get(step.key));
      }
      assertEquals(store.size, model.keys().length);
      assertEquals(scan(store, ""), [model.keys(), true]);
      for (const [prefix, after, limit] of scans) {
        const expected = model.scan(prefix, after);
        assertEquals(scan(store, prefix, after), [expected, true]);
        const page = [expected.slice(0, limit), expected.length <= limit];
        assertEquals(scan(store, prefix, after, limit), page);
        assertEquals(get(store, prefix), model.get(prefix));
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("Store keeps apart keys that trip over careless code, in the order of their bytes", () => {
  const store = new Store();
  for (const key of strangeKeys) assertEquals(get(store, key), null);
  for (const key of strangeKeys) put(store, key, `value of ${key}`);
  for (const key of strangeKeys) assertEquals(get(store, key), `value of ${key}`);
  assertEquals(store.size, strangeKeys.length);
  assertEquals(scan(store, "")[0], sortedByBytes(strangeKeys));
  // JavaScript would sort them otherwise.
  assertNotEquals(scan(store, "")[0], [...strangeKeys].sort());
});

Deno.test("Store.put() copies the value and the key, whose bytes will be used again", () => {
  const store = new Store();
  const bytes = utf8("keyvalue");
  store.put(bytes, 0, 3, bytes.subarray(3), 1, uids[0]);
  bytes.fill(0);
  assertEquals(get(store, "key"), "value");
});

Deno.test("Store.put() leaves a tombstone when the value is null, which a later Put beats", () => {
  const store = new Store();
  put(store, "k", "v", 5);
  const tombstone = put(store, "k", null, 5);
  assertEquals([tombstone.timestamp, tombstone.sequence, tombstone.value], [5, 1, null]);
  assertEquals([get(store, "k"), store.size, scan(store, "")[0]], [null, 0, []]);
  // The tombstone still decides what comes later.
  const late = new Entry("k", utf8("late"), 5, 0, uids[2]);
  assertEquals([store.merge(late), get(store, "k")], [false, null]);
  assertEquals(put(store, "k", "again", 1).sequence, 2);
  assertEquals([get(store, "k"), store.size], ["again", 1]);
});

Deno.test("Store.merge() takes a tombstone for a key that is not held", () => {
  const store = new Store();
  assert(store.merge(new Entry("k", null, 5, 0, uids[1])));
  assertEquals([get(store, "k"), store.size], [null, 0]);
  assertEquals(store.merge(new Entry("k", utf8("old"), 4, 9, uids[1])), false);
});

Deno.test("Store.put() gives a new order when the value is unchanged", () => {
  const store = new Store();
  const orders = [1, 2, 3].map(() => put(store, "k", "same", 7));
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

Deno.test("Entry writes its key and value whole when the writer's buffer is nearly full", () => {
  const long = "é".repeat(2048);
  const store = new Store();
  const entry = put(store, long, long);
  assertEquals(entry.bytes, 8192);
  assertEquals(read(entry), [long, long]);
  assertEquals(read(put(store, long, null)), [long, undefined]);
});
