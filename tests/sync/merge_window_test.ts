import { MergeWindow } from "../../kvserver/sync/merge_window.ts";
import { withLimits } from "../../limits.ts";
import { assertEquals, assertLessOrEqual, fc } from "../deps.ts";

const limits = withLimits({
  mergeMessageBytesMax: 100_000,
  mergeWindowBytes: 250_000,
  mergedUntoldBytesMax: 1_000,
});

Deno.test("MergeWindow counts what was sent and is not merged, and since when the oldest of it waits", () => {
  const window = new MergeWindow(limits);
  assertEquals([window.bytes, window.oldestMs, window.roomBytes], [0, Infinity, 100_000]);
  assertEquals(window.leaves(10, 90_000, 7), 1);
  assertEquals(window.leaves(20, 90_000, 3), 2);
  assertEquals([window.bytes, window.oldestMs, window.roomBytes], [180_000, 3, 0]);
  assertEquals([window.entriesLeft, window.entriesMerged], [30, 0]);
  window.merged(1);
  assertEquals([window.bytes, window.oldestMs, window.roomBytes], [90_000, 3, 100_000]);
  assertEquals([window.entriesLeft, window.entriesMerged], [30, 10]);
  window.merged(2);
  assertEquals([window.bytes, window.oldestMs, window.entriesMerged], [0, Infinity, 30]);
});

Deno.test("MergeWindow holds no more than its bound, however much is sent and merged", () => {
  const step = fc.oneof(
    fc.record({ bytes: fc.nat(100_000), entries: fc.integer({ min: 1, max: 50 }) }),
    fc.record({ merges: fc.nat(3) }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
    const window = new MergeWindow(limits);
    const sent: { bytes: number; entries: number }[] = [];
    let merged = 0;
    for (const step of steps) {
      if ("merges" in step) merged = Math.min(sent.length, merged + step.merges);
      else if (window.roomBytes > 0) {
        sent.push({ ...step, bytes: Math.min(step.bytes, window.roomBytes) });
        assertEquals(window.leaves(step.entries, sent.at(-1)!.bytes, 0), sent.length);
      }
      window.merged(merged);
      window.assertInvariants();
      const sum = (field: "bytes" | "entries", messages: typeof sent) =>
        messages.reduce((sum, message) => sum + message[field], 0);
      assertEquals(window.bytes, sum("bytes", sent.slice(merged)));
      assertEquals(window.entriesMerged, sum("entries", sent.slice(0, merged)));
      assertLessOrEqual(window.bytes, limits.mergeWindowBytes);
    }
  }));
});
