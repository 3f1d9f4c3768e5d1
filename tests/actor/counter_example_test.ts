import { runCounterExample } from "../../examples/counter/main.ts";
import { assertEquals, assertMatch } from "../deps.ts";

Deno.test("the counter example prints what its comments promise", async () => {
  const lines: string[] = [];
  await runCounterExample((line) => lines.push(line));
  assertMatch(lines[0], /^apples are counted by 127\.0\.0\.1:\d+\/[0-9a-f]{16}\/1$/);
  assertMatch(lines[1], /^pears are counted by 127\.0\.0\.1:\d+\/[0-9a-f]{16}\/2$/);
  assertEquals(lines.slice(2), [
    "apples: 6",
    "pears: 10",
    "refused: Cannot marshal message.amount: found a function",
    "apples at the first tick: 7",
    "apples after three ticks: 9",
    "messages sent: 15",
  ]);
});
