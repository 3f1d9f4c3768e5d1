import { crc32Seed, EntryChecksums } from "../../kvserver/entry/checksum.ts";
import { EntryReader } from "../../kvserver/entry/entry_reader.ts";
import { assertEquals, assertNotEquals, fc } from "../deps.ts";
import { bytesOf, messageOf, type TextEntry } from "../support/store/stores.ts";

const anyEntry: fc.Arbitrary<TextEntry> = fc.record({
  key: fc.string({ maxLength: 40 }).map((text) => text.replace(/[^\x20-\x7e]/g, "?")),
  value: fc.option(fc.string({ maxLength: 40 }).map((text) => text.replace(/[^\x20-\x7e]/g, "?"))),
  timestamp: fc.nat(2 ** 31 - 1).map((n) => n * 2 ** 16),
  sequence: fc.nat(),
  uid: fc.constantFrom("a:1/00/1", "a:1/00/2", "127.0.0.1:6000/0123456789abcdef/17"),
  isBin: fc.boolean(),
  counter: fc.option(fc.integer({ min: 1 }), { nil: undefined }),
});

const checksums = new EntryChecksums();

/** The checksum of an entry as whoever reads it in a message sees it. */
function readChecksum(entry: TextEntry): number {
  const reader = new EntryReader(messageOf([entry]));
  reader.next();
  return checksums.ofRead(reader);
}

Deno.test("an entry has one checksum, read or in parts, that is a CRC-32 on every runtime", () => {
  // Thousands of times: what a runtime compiles must not differ from what it interprets.
  fc.assert(
    fc.property(anyEntry, (entry) => {
      const parts = {
        ...entry,
        key: bytesOf(entry.key),
        value: entry.value && bytesOf(entry.value),
      };
      const value = entry.value === "" ? new Uint8Array() : parts.value as Uint8Array | null;
      const message = new EntryReader(messageOf([entry]));
      message.next();
      const bytes = message.bytes.subarray(message.start, message.end);
      const expected = crcOf(bytes, crc32Seed(crcOf(new TextEncoder().encode(entry.uid), 0)));
      assertEquals(readChecksum(entry), expected);
      assertEquals(checksums.ofParts({ ...parts, value }), expected);
    }),
    { numRuns: 30_000 },
  );
});

Deno.test("a checksum covers each part of an entry", () => {
  const entry = { key: "k", value: "v", timestamp: 5, sequence: 6, uid: "a:1/00/1" };
  const changes: Partial<TextEntry>[] = [
    { key: "K" },
    { value: "" },
    { value: null },
    { key: "kv", value: "" },
    { timestamp: 6 },
    { sequence: 5 },
    { uid: "a:1/00/2" },
    { isBin: true },
    { counter: 7 },
    { expiresAt: 7 },
    { counter: 7, expiresAt: 7 },
  ];
  for (const change of changes) {
    assertNotEquals(readChecksum({ ...entry, ...change }), readChecksum(entry));
  }
});

/** CRC-32, bit by bit. */
function crcOf(bytes: Uint8Array, seed: number): number {
  let crc = ~seed;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >>> 1 ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
