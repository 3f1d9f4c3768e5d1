import { assertEquals } from "../../deps.ts";
import { type Call, executed } from "./known_values.ts";

const calls: Call[] = [
  { method: "Get", params: ["a"] },
  { method: "Put", params: ["a", "2"] },
  { method: "Get", params: ["a"] },
  { method: "Put", params: ["b", "1"] },
  { method: "Count", params: [""] },
  { method: "Delete", params: ["b"] },
  { method: "List", params: [""] },
  { method: "Get", params: ["b"] },
  { method: "Ping", params: [] },
];

Deno.test("executed() gives what a client is to be answered that is alone with its keys", () => {
  const before = new Map([["a", "1"]]);
  const { results, values } = executed(before, calls, new Set());
  assertEquals(results, ["1", null, "2", null, 2, true, { a: "2" }, null, "pong"]);
  assertEquals([...values], [["a", "2"]]);
  assertEquals([...before], [["a", "1"]]);
});

Deno.test("executed() leaves out what is refused, and all that follows from it", () => {
  const { results, values } = executed(new Map([["a", "1"]]), calls, new Set([1, 3]));
  assertEquals(results.filter((_, i) => i !== 1 && i !== 3), [
    ...["1", "1", 1, false, { a: "1" }, null, "pong"],
  ]);
  assertEquals([...values], [["a", "1"]]);
});
