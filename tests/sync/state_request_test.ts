import { EntryPool } from "../../kvserver/sync/entry_pool.ts";
import { assertEquals, assertLessOrEqual } from "../deps.ts";
import { entryOf, keysIn, Stage } from "./stage.ts";

const waiting = 1_000;
const requests = 500;

/** A server of which so many entries wait for the replica that is read. */
function stageWithWaiting(): Stage {
  const stage = new Stage();
  stage.heard();
  stage.pass(3);
  // The first message leaves at once.
  stage.writtenBy(1, [entryOf("first", 1)]);
  stage.writtenBy(1, Array.from({ length: waiting }, (_, i) => entryOf(`key${i}`, 1)));
  return stage;
}

/** How many entries are looked at while `fn` runs. */
function lookedAt(fn: () => void): number {
  let count = 0;
  const { uidOf } = EntryPool.prototype;
  EntryPool.prototype.uidOf = function (n) {
    count++;
    return uidOf.call(this, n);
  };
  try {
    fn();
  } finally {
    EntryPool.prototype.uidOf = uidOf;
  }
  return count;
}

Deno.test("a peer that requests the state again and again has what waits walked over once", () => {
  const sequences: Record<string, (i: number) => number> = {
    "the same number": () => 1,
    "ever new numbers": (i) => i + 1,
    "two numbers in turns": (i) => 1 + i % 2,
  };
  for (const [what, numberOf] of Object.entries(sequences)) {
    const stage = stageWithWaiting();
    const count = lookedAt(() => {
      for (let i = 0; i < requests; i++) stage.heard([], 0, numberOf(i));
    });
    // What is sent to the peer is looked at once more.
    assertLessOrEqual(count, 5 * waiting, what);
  }
});

Deno.test("a peer that has been sent the state and requests it again is sent it again", () => {
  const stage = stageWithWaiting();
  for (const id of [1, 2]) {
    const before = stage.sent.length;
    stage.heard([], 0, id);
    stage.pass(5);
    stage.acknowledge();
    const sent = stage.sent.slice(before);
    assertEquals(sent.map(({ stateDone }) => stateDone).filter((it) => it > 0), [id]);
    if (id === 1) {
      assertEquals(new Set(sent.flatMap(({ entries }) => keysIn(entries))).size, waiting);
    }
  }
  // Nor is it sent again because a message that requested it came again.
  const before = stage.sent.length;
  stage.heard([], 0, 2);
  stage.pass(5);
  assertEquals(stage.sent.length, before);
});

Deno.test("the last of the numbers under which the state was requested is the one that is completed", () => {
  const stage = stageWithWaiting();
  for (const id of [1, 2, 3]) stage.heard([], 0, id);
  stage.pass(5);
  assertEquals(stage.sent.map(({ stateDone }) => stateDone).filter((it) => it > 0), [3]);
});
