import { assertEquals, assertGreater } from "../deps.ts";
import { fuzzRun } from "./fuzz_run.ts";
import { lanes } from "./pick.ts";

// `deno task fuzz` does this for longer, and judges figures too.

Deno.test("two servers stand twenty seconds of attacks on ports and files", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { fault, done, figures } = await fuzzRun({
    ...{ seed, seconds: 20, judgesFigures: false },
    lanes,
  });
  assertEquals(fault, undefined, `deno task fuzz --seed ${seed} --seconds 20`);
  assertGreater(done.length, 0);
  assertGreater(figures.answers, 0);
  // Fake peers were believed, and found to be wrong.
  assertGreater(figures.toldKeys, 0);
  assertGreater(figures.refusedMessages, 0);
});
