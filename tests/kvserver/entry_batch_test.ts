import { EntryBatch } from "../../kvserver/entry/entry_batch.ts";
import { EntryReader } from "../../kvserver/entry/entry_reader.ts";
import { Store } from "../../kvserver/store/mod.ts";
import { wireLimits } from "../../limits.ts";
import { MsgpackError } from "../../rpc/mod.ts";
import { assert, assertEquals, fc } from "../deps.ts";
import { heldEntries } from "../support/store/held_entries.ts";
import { entriesOf, entryBytes, messageOf } from "../support/store/stores.ts";

const chars = fc.string({ unit: fc.constantFrom("a", "\0", "\x80", "\xff"), maxLength: 40 });

const entry = fc.record({
  key: chars,
  value: fc.option(fc.oneof(chars, fc.constant("x".repeat(70_000))), { freq: 5 }),
  timestamp: fc.oneof(fc.nat(300), fc.constantFrom(2 ** 32, 2 ** 48 - 1)),
  sequence: fc.oneof(fc.nat(300), fc.constant(0xffffffff)),
  uid: fc.constantFrom("a:1/00/1", "a:1/00/2", "[::1]:6000/0123456789abcdef/12345"),
});

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

Deno.test("EntryReader reads nothing but entries, whatever the bytes", () => {
  const entry = { key: "key", value: "value", timestamp: 2 ** 40, sequence: 1, uid: "a:1/00/1" };
  const message = messageOf([entry, { ...entry, value: null, sequence: 2 ** 31, uid: "b" }]);
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
  assertEquals(refused, 2);
  for (let end = 0; end < message.length; end++) tryAll(message.subarray(0, end));
  assertEquals(refused, 2 + message.length);
  for (let at = 0; at < message.length; at++) {
    for (const byte of [0x00, 0x05, 0x7f, 0xa5, 0xc0, 0xc1, 0xcf, 0xdb, 0xdd, 0xff]) {
      tryAll(message.with(at, byte));
    }
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), tryAll), { numRuns: 300 });
});
