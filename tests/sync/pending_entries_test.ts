import { Entry } from "../../kvserver/entry.ts";
import { PendingEntries } from "../../kvserver/pending_entries.ts";
import { syncMessageBytesMax } from "../../limits.ts";
import { assertEquals } from "../deps.ts";

/** Of these a message holds one. */
function largeEntry(key: string, timestamp: number): Entry {
  return new Entry(key, new Uint8Array(syncMessageBytesMax * 0.6), timestamp, 0, "uid");
}

function keysOf(entries: Iterable<Entry>): string[] {
  return Array.from(entries, ({ key, timestamp }) => `${key}${timestamp}`);
}

Deno.test("a key that is put before every message leaves in its turn, and no other waits for it", () => {
  const pending = new PendingEntries();
  for (const key of ["a", "hot", "b", "c"]) pending.add(largeEntry(key, 0));
  const left: string[] = [];
  for (let timestamp = 1; timestamp <= 6; timestamp++) {
    pending.add(largeEntry("hot", timestamp));
    left.push(...keysOf(pending.take()));
  }
  assertEquals(left, ["a0", "hot2", "b0", "c0", "hot5", "hot6"]);
});

Deno.test("pending entries know their bytes, whatever comes and goes", () => {
  const pending = new PendingEntries();
  const entry = (key: string, timestamp: number, bytes: number) =>
    new Entry(key, new Uint8Array(bytes), timestamp, 0, "uid");
  pending.add(entry("a", 1, 10));
  const { bytes } = pending;
  pending.add(entry("a", 2, 30));
  assertEquals(pending.bytes, bytes + 20);
  pending.add(entry("a", 1, 500));
  pending.forget(entry("a", 1, 10));
  assertEquals(pending.bytes, bytes + 20);
  pending.add(entry("b", 1, 10));
  pending.forget(entry("a", 2, 30));
  assertEquals([pending.bytes, pending.size], [bytes, 1]);
  pending.take();
  assertEquals([pending.bytes, pending.size], [0, 0]);
});
