import { assertEquals, assertGreater, assertLessOrEqual } from "../deps.ts";
import { CrashRounds } from "../crash/crash_rounds.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

// `deno task crash` does this many times.

Deno.test("kill -9 at any moment loses no Put that must not be lost, strict and relaxed", async () => {
  // Both at the same time. With relaxed durability a round must be longer than what may be lost, if the disk is quick.
  await Promise.all([
    killAndCompare("strict", () => 50 + Math.random() * 400),
    killAndCompare("relaxed", () => 900 + Math.random() * 400),
  ]);
});

async function killAndCompare(
  durability: "strict" | "relaxed",
  putMs: () => number,
): Promise<void> {
  using directory = new TempDirectory();
  await using crashes = new CrashRounds(directory.path, durability);
  let total = 0;
  for (let round = 0; round < 10; round++) {
    const { puts, lossMs, lossMsMax, fallenBack } = await crashes.round(putMs());
    assertEquals(fallenBack, []);
    assertLessOrEqual(lossMs, lossMsMax);
    total += puts;
  }
  assertGreater(total, 0);
}
