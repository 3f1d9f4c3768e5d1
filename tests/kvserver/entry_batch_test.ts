import { counterMax } from "../../kvserver/entry/entry.ts";
import { EntryBatch } from "../../kvserver/entry/entry_batch.ts";
import { EntryReader } from "../../kvserver/entry/entry_reader.ts";
import { Store } from "../../kvserver/store/mod.ts";
import { wireLimits } from "../../limits.ts";
import { MsgpackError, MsgpackWriter } from "../../rpc/mod.ts";
import { assert, assertEquals, assertLessOrEqual, fc } from "../deps.ts";
import { heldEntries } from "../../simulate/cluster/held_entries.ts";
import { entriesOf, entryBytes, messageOf, type TextEntry } from "../support/store/stores.ts";

const chars = fc.string({ unit: fc.constantFrom("a", "\0", "\x80", "\xff"), maxLength: 40 });

/** Numbers at all the lengths that MessagePack has, from 1 on. */
const numbers = (max: number) =>
  fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(2 ** 32 - 1, 2 ** 32, max));

const entry: fc.Arbitrary<TextEntry> = fc.record({
  key: chars,
  value: fc.option(fc.oneof(chars, fc.constant("x".repeat(70_000))), { freq: 5 }),
  isBin: fc.constant(true),
  counter: numbers(counterMax),
  expiresAt: numbers(Number.MAX_SAFE_INTEGER),
  timestamp: fc.oneof(fc.nat(300), fc.constantFrom(2 ** 32, 2 ** 48 - 1)),
  sequence: fc.oneof(fc.nat(300), fc.constant(0xffffffff)),
  uid: fc.constantFrom("a:1/00/1", "a:1/00/2", "[::1]:6000/0123456789abcdef/12345"),
}, { requiredKeys: ["key", "value", "timestamp", "sequence", "uid"] }).map(
  ({ isBin, expiresAt, ...entry }) => ({
    ...entry,
    // A tombstone has neither.
    ...(isBin && entry.value !== null ? { isBin } : {}),
    ...(expiresAt !== undefined && entry.value !== null ? { expiresAt } : {}),
  }),
);

const entries = fc.uniqueArray(entry, { selector: ({ key }) => key, maxLength: 30 });

Deno.test("entries come out of a message as they went in", () => {
  fc.assert(fc.property(entries, (entries) => {
    const store = new Store();
    const batch = new EntryBatch(store, Infinity);
    for (const entry of entries) batch.add(store.merge(entryBytes(entry.key, entry.value, entry)));
    const message = batch.encode();
    assertEquals(entriesOf(message), entries);
    assertEquals(message, messageOf(entries));
    const received = new Store();
    const reader = new EntryReader(message);
    while (reader.next()) assert(received.merge(reader) > 0);
    assertEquals(heldEntries(received), heldEntries(store));
  }));
});

Deno.test("an entry takes no more bytes in a message than it is given room for", () => {
  fc.assert(fc.property(entry, (entry) => {
    const store = new Store();
    const n = store.merge(entryBytes(entry.key, entry.value, entry));
    const writer = new MsgpackWriter();
    store.writeEntry(writer, n);
    assertLessOrEqual(writer.size, store.writtenBytesMax(n));
  }));
});

Deno.test("an entry without counter and expiry has the bytes that it had before there were any", () => {
  const store = new Store();
  const batch = new EntryBatch(store, Infinity);
  const order = { timestamp: 5, sequence: 6, uid: "a:1/00/1" };
  batch.add(store.merge(entryBytes("k", "v", order)));
  batch.add(store.merge(entryBytes("l", null, order)));
  assertEquals(
    Array.from(batch.encode(), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    "91a8613a312f30302f3102a16ba176050600a16cc0050600",
  );
});

Deno.test("EntryReader reads nothing but entries, whatever the bytes", () => {
  const entry = { key: "key", value: "value", timestamp: 2 ** 40, sequence: 1, uid: "a:1/00/1" };
  const message = messageOf([
    entry,
    { ...entry, value: null, sequence: 2 ** 31, uid: "b" },
    { ...entry, isBin: true, counter: 7, expiresAt: 2 ** 40 },
  ]);
  const readAll = (bytes: Uint8Array) => {
    const reader = new EntryReader(bytes);
    while (reader.next());
  };
  readAll(message);
  let refused = 0;
  const tryAll = (bytes: Uint8Array) => {
    try {
      readAll(bytes);
    } catch (error) {
      assert(error instanceof TypeError || error instanceof MsgpackError, `${error}`);
      refused++;
    }
  };
  // What no store can hold.
  tryAll(messageOf([{ ...entry, sequence: 2 ** 32 }]));
  tryAll(messageOf([{ ...entry, key: "k".repeat(wireLimits.keyBytesMax + 1) }]));
  tryAll(messageOf([{ ...entry, counter: counterMax + 1 }]));
  // What is written in another way, so that it would have another checksum; and a tombstone that expires.
  tryAll(messageOf([{ ...entry, counter: 0 }]));
  tryAll(messageOf([{ ...entry, counter: 1, expiresAt: 0 }]));
  tryAll(messageOf([{ ...entry, value: null, expiresAt: 1 }]));
  assertEquals(refused, 6);
  for (let end = 0; end < message.length; end++) tryAll(message.subarray(0, end));
  assertEquals(refused, 6 + message.length);
  for (let at = 0; at < message.length; at++) {
    for (const byte of [0x00, 0x05, 0x7f, 0xa5, 0xc0, 0xc1, 0xcf, 0xdb, 0xdd, 0xff]) {
      tryAll(message.with(at, byte));
    }
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), tryAll), { numRuns: 300 });
});
