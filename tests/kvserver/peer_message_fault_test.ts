import { EntryBatch } from "../../kvserver/entry/entry_batch.ts";
import { Store } from "../../kvserver/store/mod.ts";
import { peerMessageFault } from "../../kvserver/sync/peer_message_fault.ts";
import { defaultLimits } from "../../limits.ts";
import { encode } from "../../rpc/mod.ts";
import { assertEquals, fc } from "../deps.ts";
import { entryBytes, messageOf, type TextEntry } from "../support/store/stores.ts";

const from = { address: "a:1", incarnation: "00" };
const nowMs = 2 ** 40;

const text = fc.string({ unit: fc.constantFrom("a", "\0", "z"), maxLength: 300 });

const entry: fc.Arbitrary<TextEntry> = fc.record({
  key: text,
  value: fc.option(fc.oneof(text, fc.constant("x".repeat(70_000))), { freq: 5 }),
  isBin: fc.boolean(),
  counter: fc.oneof(fc.constant(0), fc.nat(300), fc.constant(2 ** 47)),
  expiresAt: fc.oneof(fc.constant(0), fc.constantFrom(1, 300, 2 ** 40, Number.MAX_SAFE_INTEGER)),
  timestamp: fc.oneof(fc.nat(300), fc.constantFrom(2 ** 32, nowMs)),
  sequence: fc.oneof(fc.nat(300), fc.constant(0xffffffff)),
  uid: fc.constantFrom("a:1/00/1", "a:1/00/2", "[::1]:6000/0123456789abcdef/12345"),
}).map((entry) => entry.value === null ? { ...entry, isBin: false, expiresAt: 0 } : entry);

const entries = fc.uniqueArray(entry, { selector: ({ key }) => key, maxLength: 30 });

/** What is wrong with a message of these entries. */
function faultOf(entries: Uint8Array): string | undefined {
  const message = {
    type: "peer",
    from: { ...from, counter: 1 },
    entries,
    peers: [],
    wantsState: 0,
    stateDone: 0,
  };
  const bytes = encode(message);
  const edges = { now: () => nowMs, limits: defaultLimits };
  return peerMessageFault({ bytes, start: 0, end: bytes.length }, from, edges);
}

Deno.test("peerMessageFault() finds nothing wrong with what servers write", () => {
  fc.assert(fc.property(entries, (entries) => {
    const store = new Store();
    const batch = new EntryBatch(store, defaultLimits.syncMessageBytesMax);
    for (const entry of entries) batch.add(store.merge(entryBytes(entry.key, entry.value, entry)));
    assertEquals(faultOf(batch.encode()), undefined);
  }));
});

Deno.test("peerMessageFault() takes bytes as a bin only, and no extras but those that servers write", () => {
  const entry = { key: "k", value: "\xff", timestamp: nowMs, sequence: 0, uid: "a:1/00/1" };
  const malformed = "Cannot read entries: found something else in a message between replicas";
  assertEquals(faultOf(messageOf([{ ...entry, isBin: true, counter: 1 }])), undefined);
  assertEquals(faultOf(messageOf([entry])), "a value is not UTF-8");
  assertEquals(faultOf(messageOf([{ ...entry, counter: 1 }])), "a value is not UTF-8");
  const wrong = [
    { counter: 0 },
    { counter: 2 ** 48 },
    { counter: 1, expiresAt: 0 },
    { value: null, counter: 1, expiresAt: 5 },
  ];
  for (const extras of wrong) {
    assertEquals(faultOf(messageOf([{ ...entry, isBin: true, ...extras }])), malformed);
  }
});
