import { EntryReader } from "../../kvserver/entry/entry_reader.ts";
import {
  isLater,
  nextOrder,
  type Order,
  orderFault as faultWithin,
  sequenceMax,
  timestampMax,
} from "../../kvserver/entry/order.ts";
import { defaultLimits } from "../../limits.ts";
import { RpcError } from "../../rpc/mod.ts";
import { assert, assertEquals, assertMatch, assertThrows, fc } from "../deps.ts";
import { messageOf } from "../support/store/stores.ts";

const { timestampMaxAheadMs, uidBytesMax } = defaultLimits;
const uid = "127.0.0.1:6000/0123456789abcdef/2";
const nowMs = 1_700_000_000_000;

/** What is wrong with an order that arrives where the limits are as ever. */
function orderFault(order: Order, nowMs: number): string | null {
  return faultWithin(order, nowMs, defaultLimits);
}

const anyUid = fc.constantFrom(uid, "[::1]:6000/fedcba9876543210/12");

/** Any that a reader takes: those at the ends among them. */
const anyReadable = fc.record({
  timestamp: fc.oneof(
    fc.nat(),
    fc.integer({ min: nowMs - 5, max: nowMs + 5 }),
    fc.integer({ min: timestampMax - 2 ** 25, max: timestampMax }),
    fc.constant(timestampMax),
  ),
  sequence: fc.oneof(fc.nat(), fc.constantFrom(sequenceMax - 1, sequenceMax)),
  uid: anyUid,
});

/** Clocks that are right, and that are not. */
const anyClock = fc.oneof(
  fc.integer({ min: nowMs - 5, max: nowMs + 5 }),
  fc.constantFrom(-1, 0, -8.64e15, 8.64e15, 2 ** 53, timestampMax, timestampMax + 1),
);

Deno.test("nextOrder() makes no order that a reader refuses, whatever is held and the clock says", () => {
  fc.assert(fc.property(fc.option(anyReadable), anyClock, (held, clockMs) => {
    const isLast = held?.timestamp === timestampMax && held.sequence === sequenceMax;
    if (isLast) {
      const error = assertThrows(() => nextOrder(held, clockMs, uid), RpcError);
      return assertEquals(error.code, "bad_request");
    }
    const next = nextOrder(held ?? undefined, clockMs, uid);
    assertEquals(isLater(next, held ?? undefined), true);
    assertEquals(read(next), next);
  }));
});

Deno.test("what may arrive can be put over again and again, and be read by everybody", () => {
  const anyArriving = anyReadable.filter((order) => orderFault(order, nowMs) === null);
  const nearest: Order = { timestamp: nowMs + timestampMaxAheadMs, sequence: sequenceMax, uid };
  assertEquals(orderFault(nearest, nowMs), null);
  fc.assert(fc.property(fc.oneof(anyArriving, fc.constant(nearest)), (arrived) => {
    let held = arrived;
    for (let i = 0; i < 100; i++) {
      const next = nextOrder(held, nowMs, uid);
      assert(isLater(next, held));
      assertEquals(read(next), next);
      // Another server takes it as soon as its clock has gone on by a millisecond.
      assertEquals(orderFault(next, nowMs + 1), null);
      held = next;
    }
  }));
});

const faults: [name: string, change: Partial<Order>, expected: RegExp][] = [
  [
    "the greatest safe integer",
    { timestamp: 2 ** 53 - 1, sequence: sequenceMax },
    /^timestamp 9007/,
  ],
  ["2^53", { timestamp: 2 ** 53 }, /^timestamp .* is out of bounds/],
  ["2^48 - 1, behind which there is no room", { timestamp: timestampMax }, /is out of bounds/],
  ["negative", { timestamp: -1 }, /is out of bounds/],
  ["no integer", { timestamp: 1.5 }, /is out of bounds/],
  ["NaN", { timestamp: NaN }, /is out of bounds/],
  ["a day and a millisecond ahead", { timestamp: nowMs + timestampMaxAheadMs + 1 }, /ms ahead/],
  ["with a sequence of 2^32", { sequence: 2 ** 32 }, /^sequence 4294967296 is out of bounds/],
  ["with a negative sequence", { sequence: -1 }, /^sequence -1 is out of bounds/],
  ["with an endless uid", { uid: uid.padStart(uidBytesMax + 1, "x") }, /^a uid is longer than/],
  ["with a uid that is none", { uid: "x" }, /^a uid is not of the form/],
  ["with a uid that acts on a terminal", { uid: `\x1b[2J${uid}` }, /^a uid is not of the form/],
  ["with a uid of more than a line", { uid: `${uid}\n` }, /^a uid is not of the form/],
];

for (const [name, change, expected] of faults) {
  Deno.test(`orderFault() names what is wrong with an order that is ${name}`, () => {
    assertMatch(orderFault({ timestamp: nowMs, sequence: 0, uid, ...change }, nowMs)!, expected);
  });
}

Deno.test("orderFault() takes what is old, from now, and up to a day ahead", () => {
  for (const timestamp of [0, nowMs, nowMs + timestampMaxAheadMs]) {
    assertEquals(orderFault({ timestamp, sequence: sequenceMax, uid }, nowMs), null);
  }
});

Deno.test("EntryReader refuses a timestamp of more than 48 bits, or skips its entry", () => {
  for (const timestamp of [timestampMax + 1, 2 ** 53 - 1, 2 ** 53, -1]) {
    const orders = [{ timestamp: 1 }, { timestamp }, { timestamp: 3 }];
    const message = messageOf(
      orders.map((order, i) => ({ key: `${i}`, value: "v", sequence: 0, uid, ...order })),
    );
    const strict = new EntryReader(message);
    strict.next();
    assertThrows(() => strict.next(), TypeError);
    const skipping = new EntryReader(message, { skips: true });
    const found: number[] = [];
    while (skipping.next()) found.push(skipping.timestamp);
    assertEquals([found, skipping.skipped], [[1, 3], 1]);
  }
});

/** An order as whoever reads it gets it. */
function read(order: Order): Order {
  const reader = new EntryReader(messageOf([{ key: "k", value: "v", ...order }]));
  assertEquals(reader.next(), true);
  const { timestamp, sequence, uid } = reader;
  return { timestamp, sequence, uid };
}
