import { laterWords } from "../../simulate/trace/words.ts";
import { assertEquals } from "../deps.ts";

type Write = [timestampMs: number, sequence: number, uid: string];

function entry(...[timestampMs, sequence, uid]: Write) {
  return { key: "x", value: "1", timestampMs, sequence, uid, by: uid, counter: 1 };
}

Deno.test("of a system that decides wrongly, the story does not say what is not so", () => {
  const cases: [Write, Write, string, string][] = [
    [[2, 0, "a"], [1, 0, "a"], "timestamp 2 is after 1", "timestamp 1 is before 2"],
    [
      [1, 1, "a"],
      [1, 0, "a"],
      "one timestamp, and sequence 1 is after 0",
      "one timestamp, and sequence 0 is before 1",
    ],
    [[1, 0, "b"], [1, 0, "a"], "a tie, and b comes after a", "a tie, and a comes before b"],
  ];
  for (const [later, earlier, right, wrong] of cases) {
    assertEquals(laterWords(entry(...later), entry(...earlier)), right);
    assertEquals(laterWords(entry(...earlier), entry(...later)), wrong);
  }
});
