import { assertEquals, assertLessOrEqual, assertThrows } from "../deps.ts";
import { formatPicks, parsePicks, type Pick } from "./pick.ts";
import { shrink } from "./shrink.ts";

const hundred = Array.from({ length: 100 }, (_, i) => i);

/** Shrinks a hundred numbers that fail when all of `guilty` are there. */
async function shrunk(guilty: readonly number[], triesMax = Infinity) {
  let tries = 0;
  const fails = (some: readonly number[]) => {
    tries++;
    return Promise.resolve(guilty.every((number) => some.includes(number)));
  };
  return { found: await shrink(hundred, fails, triesMax), tries };
}

Deno.test("shrink() leaves what it takes to fail, in its order", async () => {
  for (const guilty of [[99], [0], [50], [3, 97], [10, 11, 12], [0, 33, 66, 99]]) {
    assertEquals((await shrunk(guilty)).found, guilty);
  }
});

Deno.test("shrink() finds the last item with its first try", async () => {
  assertEquals(await shrunk([99]), { found: [99], tries: 1 });
});

Deno.test("shrink() tries no more than it may, and leaves what was seen to fail", async () => {
  const { found, tries } = await shrunk([0, 50, 99], 8);
  assertLessOrEqual(tries, 8);
  assertEquals([0, 50, 99].every((number) => found.includes(number)), true);
  assertEquals((await shrunk([-1], 8)).found, hundred);
});

Deno.test("picks are read as they are written", () => {
  const picks: Pick[] = [
    { lane: "network", action: 12, step: 0 },
    { lane: "network", action: 12, step: 3 },
    { lane: "process", action: 0, step: 1 },
  ];
  assertEquals(formatPicks(picks), "network:12.0.3,process:0.1");
  assertEquals(parsePicks(formatPicks(picks)), picks);
  for (const text of ["", "network", "network:1", "disk:1.0", "network:1.x", "network:1.0,"]) {
    assertThrows(() => parsePicks(text), TypeError);
  }
});
