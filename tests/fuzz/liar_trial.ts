import { assertEquals, assertGreater } from "../deps.ts";
import { fuzzRun } from "./fuzz_run.ts";

// `deno task liar` does this for a minute, and judges figures too.

Deno.test("what one server of three lies costs the others nothing that they acknowledged", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { fault, figures } = await fuzzRun({
    ...{ seed, seconds: 3, judgesFigures: false },
    lanes: ["lie"],
  });
  assertEquals(fault, undefined, `deno task liar --seed ${seed} --seconds 3`);
  assertGreater(figures.answers, 0);
  assertGreater(figures.refusedMessages, 0);
});
