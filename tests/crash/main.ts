/**
 * Kills servers while they take Puts, and looks whether anything is missing that must not be.
 *
 *     deno task crash --rounds 200
 *
 * @module
 */

import { TempDirectory } from "../support/disk/temp_directory.ts";
import { integerOptions } from "../support/integer_options.ts";
import { CrashRounds } from "./crash_rounds.ts";

const { rounds } = integerOptions({ rounds: 200 });

for (const durability of ["strict", "relaxed"] as const) {
  using directory = new TempDirectory();
  await using crashes = new CrashRounds(directory.path, durability);
  let puts = 0;
  let lossMs = 0;
  for (let round = 1; round <= rounds; round++) {
    const result = await crashes.round(Math.random() * 2_000);
    puts += result.puts;
    lossMs = Math.max(lossMs, result.lossMs);
    const isWrong = result.fallenBack.length > 0 || result.lossMs > result.lossMsMax;
    if (!isWrong) continue;
    console.log(`Round ${round}, ${durability}:`, result);
    Deno.exit(1);
  }
  console.log(
    `${durability}: ${rounds} kills, ${puts} answered Puts; ` +
      (lossMs === 0
        ? "none is missing"
        : `missing are at most those of the last ${Math.ceil(lossMs)} ms before a kill`),
  );
}
