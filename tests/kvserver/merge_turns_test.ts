import type { ActorContext } from "../../actor/mod.ts";
import type { MergeMessage } from "../../kvserver/messages/replica_messages.ts";
import type { Merger } from "../../kvserver/query/merger.ts";
import { MergeTurns } from "../../kvserver/query/merge_turns.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals, assertGreater, assertLess } from "../deps.ts";
import { messageOf } from "../support/store/stores.ts";

/** On the clock of this test, so many bytes are merged in a millisecond. */
const bytesPerMs = 2 * defaultLimits.mergeTurnBytes;

/** `MergeTurns` with a long message to merge, whose clock goes on while it merges and while others have their turns. */
class Merging {
  /** Bytes that were merged. */
  bytes = 0;
  #nowMs = 0;
  #turnsDue = 0;
  #turns: MergeTurns;

  constructor(entryCount: number) {
    const context = {
      limits: defaultLimits,
      self: { address: "a:1", incarnation: "", counter: 1 },
      monotonicMs: () => this.#nowMs,
      tell: () => void this.#turnsDue++,
    } as unknown as ActorContext;
    const merger = {
      merge: (received: { next(): boolean; end: number }, _: unknown, bytesMax: number) => {
        const before = received.end;
        while (received.end < before + bytesMax) {
          const { end } = received;
          if (!received.next()) return true;
          this.bytes += received.end - end;
          this.#nowMs += (received.end - end) / bytesPerMs;
        }
        return false;
      },
    } as unknown as Merger;
    const value = "v".repeat(64 * 1024);
    this.#turns = new MergeTurns(context, merger, { onBegun: () => {}, onMerged: () => {} });
    const entries = messageOf(Array.from({ length: entryCount }, (_, i) => ({
      key: `${i}`,
      value,
      timestamp: i,
      sequence: 0,
      uid: "b",
    })));
    this.#turns.add({ type: "merge", entries } as MergeMessage);
  }

  /** Has others take so long before the next turn. @returns how long that one takes. */
  turnBehind(othersMs: number): number {
    assertEquals(this.#turnsDue, 1);
    this.#turnsDue = 0;
    const beganMs = this.#nowMs += othersMs;
    this.#turns.turn();
    return this.#nowMs - beganMs;
  }
}

Deno.test("merging has its part of the time, however long the turns of others take", () => {
  const merging = new Merging(400);
  for (const othersMs of [8, 12, 18]) {
    const tookMs = merging.turnBehind(othersMs);
    assertGreater(tookMs, othersMs / 3);
    assertLess(tookMs, othersMs);
  }
  // However little they take, it goes on.
  assertGreater(merging.turnBehind(0), 0);
  const { bytes } = merging;
  assertLess(merging.turnBehind(10_000), 2 * defaultLimits.mergeTurnMsMax);
  assertGreater(merging.bytes, bytes);
});
