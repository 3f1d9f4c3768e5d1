import { SiblingComparison } from "../../kvserver/sync/sibling_comparison.ts";
import type { LocalReplica } from "../../kvserver/sync/local_replica.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals } from "../deps.ts";

const [first, sibling] = ["first", "sibling"].map((uid) => ({ uid }) as LocalReplica);

/** What a replica has seen when it answers for the first time, and for the second. */
const [seenByFirst, seenBySibling, seenLater] = [1, 2, 3].map((n) => Uint8Array.of(n));

/** Two replicas compare, in three answers; in one of them something is left out of account, if so wished. */
function compared({ leavesOut }: { leavesOut?: number } = {}): SiblingComparison {
  const comparison = new SiblingComparison(0, defaultLimits);
  comparison.begin([first, sibling], comparison.dueMs);
  const ranges = new Uint8Array(5);
  const answers = [
    { ranges, seen: seenBySibling },
    { ranges, seen: seenByFirst },
    { ranges: undefined, seen: seenLater },
  ];
  for (const [i, answer] of answers.entries()) {
    assertEquals(comparison.takeEnded(), []);
    comparison.asked();
    comparison.answered({ ...answer, entryCount: 1, tookMs: 0, leftOut: i === leavesOut }, 0);
  }
  return comparison;
}

Deno.test("two replicas that have compared hold what each had seen when they began", () => {
  const comparison = compared();
  const [own, theirs] = [seenBySibling, seenByFirst];
  assertEquals(comparison.takeEnded(), [
    { replica: sibling, own, theirs },
    { replica: first, own: theirs, theirs: own },
  ]);
  assertEquals(comparison.takeEnded(), []);
});

Deno.test("two replicas that left something out of account when they compared hold other things", () => {
  for (const leavesOut of [0, 1, 2]) assertEquals(compared({ leavesOut }).takeEnded(), []);
});
