import { assertEquals, assertGreater } from "../../deps.ts";
import { overloadRun } from "./overload_run.ts";

// `deno task overload` does this for half a minute, and judges figures too.

Deno.test("of ten times what a server can do, what it acknowledges is there, and the rest refused", async () => {
  const { faults, load, text } = await overloadRun({ seconds: 3, judgesFigures: false });
  assertEquals(faults, [], text);
  assertGreater(load.answered, 0);
  assertGreater(load.refused, 0);
});
