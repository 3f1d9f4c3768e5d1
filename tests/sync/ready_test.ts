import { assertEquals } from "../deps.ts";
import type { TextEntry } from "../support/store/stores.ts";
import { entryOf, limits, Stage } from "./stage.ts";

/** Entries of these keys, each of which needs a message to itself. */
function large(...keys: string[]): TextEntry[] {
  return keys.map((key) => entryOf(key, 1, "x".repeat(0.7 * limits.syncMessageBytesMax)));
}

Deno.test("a query actor is told to be ready with the last of the state, and not before", () => {
  const stage = new Stage();
  stage.join();
  stage.heard(large("a", "b"));
  stage.heard(large("c"), stage.transferId);
  stage.pass(3);
  const told = stage.merges.filter(({ entries }) =>
    entries.length > limits.syncMessageBytesMax / 2
  );
  assertEquals(told.map(({ ready }) => ready), [false, false, true]);
});

Deno.test("a query actor that was told to be ready stays so while others are not", () => {
  const stage = new Stage();
  stage.join();
  // The first query actor has yet to get what the second accepted.
  stage.writtenBy(1, large("a", "b"));
  stage.writtenBy(1, large("c", "d", "e", "f"));
  stage.heard([], stage.transferId);
  stage.pass(1);
  assertEquals(stage.merges.at(-1)?.ready, true);
  stage.heard(large("g", "h"));
  stage.heard(large("i", "j"));
  stage.pass(1);
  assertEquals([stage.told.at(-1)?.length, stage.merges.at(-1)?.ready], [1, true]);
});
