import { isLater, nextOrder, type Order } from "../../kvserver/entry/order.ts";
import { Store } from "../../kvserver/store/mod.ts";
import { assert, assertEquals, assertLessOrEqual, fc } from "../deps.ts";
import { compareOrders } from "../support/store/compare.ts";
import { entryBytes, get } from "../support/store/stores.ts";

const sequenceMax = 0xffffffff;

function order(timestamp: number, sequence: number, uid: string): Order {
  return { timestamp, sequence, uid };
}

/** The table of the merge, row by row: what is received, what is held, which of the two is kept. */
const table: [row: string, received: Order, held: Order | undefined, taken: boolean][] = [
  ["the key is not held", order(0, 0, "a"), undefined, true],
  ["the received timestamp is greater", order(2, 0, "a"), order(1, 9, "b"), true],
  ["the received timestamp is smaller", order(1, 9, "b"), order(2, 0, "a"), false],
  [
    "the timestamps are equal, the received sequence is greater",
    order(1, 2, "a"),
    order(1, 1, "b"),
    true,
  ],
  [
    "the timestamps are equal, the received sequence is smaller",
    order(1, 1, "b"),
    order(1, 2, "a"),
    false,
  ],
  ["both are equal, the received uid is greater", order(1, 1, "b"), order(1, 1, "a"), true],
  ["both are equal, the received uid is smaller", order(1, 1, "a"), order(1, 1, "b"), false],
  ["all are equal", order(1, 1, "a"), order(1, 1, "a"), false],
  [
    "the uids differ in the number of digits",
    order(1, 1, "h:9/0/1"),
    order(1, 1, "h:10/0/1"),
    true,
  ],
  ["one uid begins with the other", order(1, 1, "h:1/0/12"), order(1, 1, "h:1/0/1"), true],
  [
    "the sequences are the greatest and the next",
    order(1, sequenceMax, "a"),
    order(1, sequenceMax - 1, "b"),
    true,
  ],
];

for (const [row, received, held, taken] of table) {
  Deno.test(`isLater() ${taken ? "takes the received" : "keeps the held"} entry when ${row}`, () => {
    assertEquals(isLater(received, held), taken);
  });
}

// Few different values, so that equal ones meet often.
const anyOrder: fc.Arbitrary<Order> = fc.record({
  timestamp: fc.integer({ min: 0, max: 3 }),
  sequence: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(sequenceMax)),
  uid: fc.constantFrom("h:9/00/1", "h:9/00/2", "h:9/00/12", "h:10/00/1", "h:9/0f/1", "i:1/00/1"),
});

/** What a replica holds that has received `a`, then `b`. */
function merged(a: Order, b: Order): Order {
  return isLater(b, a) ? b : a;
}

Deno.test("merging keeps the maximum whatever the order and number of arrivals", () => {
  const arrivals = fc.array(anyOrder, { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(arrivals, (orders) => {
    const maximum = [...orders].sort(compareOrders).at(-1)!;
    assertEquals(orders.reduce(merged), maximum);
    assertEquals([...orders, ...orders].reverse().reduce(merged), maximum);
  }));
});

Deno.test("merging is associative, commutative and idempotent", () => {
  fc.assert(
    fc.property(anyOrder, anyOrder, anyOrder, (a, b, c) => {
      assertEquals(merged(merged(a, b), c), merged(a, merged(b, c)));
      assertEquals(merged(a, b), merged(b, a));
      assertEquals(merged(a, a), a);
      assertEquals(merged(merged(a, b), b), merged(a, b));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("isLater() is a total order", () => {
  fc.assert(
    fc.property(anyOrder, anyOrder, (a, b) => {
      assertEquals(isLater(a, b), compareOrders(a, b) > 0);
    }),
    { numRuns: 1000 },
  );
});

// ---- the order of a new Put -----------------------------------------------------------------

/** now > current.timestamp ? (now, 0) : (current.timestamp, current.sequence + 1) */
const puts: [
  name: string,
  current: Order | undefined,
  nowMs: number,
  expected: [number, number],
][] = [
  ["nothing is held", undefined, 5, [5, 0]],
  ["nothing is held at the epoch", undefined, 0, [0, 0]],
  ["the clock has gone on", order(4, 7, "other"), 5, [5, 0]],
  ["it is the same millisecond", order(5, 7, "other"), 5, [5, 8]],
  ["the clock has gone back", order(6, 7, "other"), 5, [6, 8]],
  ["the held timestamp is far in the future", order(2 ** 47, 0, "other"), 5, [2 ** 47, 1]],
  ["the sequence comes to its end", order(5, sequenceMax - 1, "other"), 5, [5, sequenceMax]],
  ["the sequence is at its end", order(5, sequenceMax, "other"), 5, [6, 0]],
  ["the sequence is at its end and the clock has gone on", order(5, sequenceMax, "other"), 6, [
    6,
    0,
  ]],
];

for (const [name, current, nowMs, [timestamp, sequence]] of puts) {
  Deno.test(`nextOrder() gives (${timestamp}, ${sequence}) when ${name}`, () => {
    assertEquals(nextOrder(current, nowMs, "own"), order(timestamp, sequence, "own"));
  });
}

Deno.test("nextOrder() beats what is held when the clock goes any way", () => {
  fc.assert(
    fc.property(anyOrder, fc.integer({ min: 0, max: 5 }), fc.string(), (held, nowMs, uid) => {
      assert(isLater(nextOrder(held, nowMs, uid), held));
    }),
  );
});

Deno.test("nextOrder() never runs ahead of the clocks when a key is put again and again", () => {
  const clock = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 50 });
  fc.assert(fc.property(clock, (times) => {
    let held: Order | undefined;
    for (const [i, nowMs] of times.entries()) {
      held = nextOrder(held, nowMs, "own");
      assertLessOrEqual(held.timestamp, Math.max(...times.slice(0, i + 1)));
    }
  }));
});

/** A Put and a Delete of a key on two servers at once: what each accepts, and whether the value stays. */
const putsAgainstDeletes: [row: string, put: Order, deletion: Order, stays: boolean][] = [
  ["the Put's timestamp is greater", order(2, 0, "a"), order(1, 9, "b"), true],
  ["the Delete's timestamp is greater", order(1, 9, "b"), order(2, 0, "a"), false],
  [
    "the timestamps are equal, the Put's sequence is greater",
    order(1, 2, "a"),
    order(1, 1, "b"),
    true,
  ],
  [
    "the timestamps are equal, the Delete's sequence is greater",
    order(1, 1, "b"),
    order(1, 2, "a"),
    false,
  ],
  ["both are equal, the Put's uid is greater", order(1, 1, "b"), order(1, 1, "a"), true],
  ["both are equal, the Delete's uid is greater", order(1, 1, "a"), order(1, 1, "b"), false],
];

for (const [row, putOrder, deletion, stays] of putsAgainstDeletes) {
  Deno.test(`a replica ${stays ? "shows" : "hides"} the key, whatever comes first, when ${row}`, () => {
    const entries = [entryBytes("k", "v", putOrder), entryBytes("k", null, deletion)];
    for (const arrivals of [entries, entries.toReversed(), [...entries, ...entries]]) {
      const store = new Store();
      for (const entry of arrivals) store.merge(entry);
      assertEquals([get(store, "k"), store.size], stays ? ["v", 1] : [null, 0]);
      assertEquals(store.tombstones, stays ? 0 : 1);
      store.assertInvariants();
    }
  });
}

/** Two writes of a key at once, of which one expires: the order of both, and which of the two expires. */
const expiringAgainstOthers: [row: string, expiring: Order, other: Order, expires: boolean][] = [
  ["the timestamp of what expires is greater", order(2, 0, "a"), order(1, 9, "b"), true],
  [
    "the other timestamp is greater, and its expiry none",
    order(1, 9, "b"),
    order(2, 0, "a"),
    false,
  ],
  [
    "all but the uids are equal, and that of what expires is greater",
    order(1, 1, "b"),
    order(1, 1, "a"),
    true,
  ],
  [
    "all but the uids are equal, and the other is greater",
    order(1, 1, "a"),
    order(1, 1, "b"),
    false,
  ],
];

for (const [row, expiring, other, expires] of expiringAgainstOthers) {
  Deno.test(`a replica lets the key ${expires ? "expire" : "be"}, whatever comes first, when ${row}`, () => {
    const entries = [
      entryBytes("k", "expires", { ...expiring, expiresAt: 5, counter: 1 }),
      entryBytes("k", "stays", { ...other, counter: 1 }),
    ];
    for (const arrivals of [entries, entries.toReversed(), [...entries, ...entries]]) {
      for (const clocks of [[4, 6], [6, 6], [6, 4, 6]]) {
        const store = new Store();
        // The time passes before, between or after the two.
        for (const [i, nowMs] of clocks.entries()) {
          store.passTime(nowMs, 9);
          if (i < arrivals.length) store.merge(arrivals[i]);
        }
        for (const entry of arrivals) store.merge(entry);
        assertEquals([get(store, "k"), store.size], expires ? [null, 0] : ["stays", 1]);
        store.passTime(4, 9);
        assertEquals([get(store, "k"), store.size], [expires ? "expires" : "stays", 1]);
        store.assertInvariants();
      }
    }
  });
}
