/**
 * Runs simulated clusters, a seed each, until one of them goes wrong.
 *
 *     deno task simulate --seeds 1000 --from 1
 *
 * Prints the seed of a failure, which `--from SEED --seeds 1` runs again exactly as it was.
 *
 * @module
 */

import { runBurstScenario, runCrashScenario, runScenario } from "./scenario.ts";

function option(name: string, fallback: number): number {
  const at = Deno.args.indexOf(name);
  const value = at < 0 ? fallback : Number(Deno.args[at + 1]);
  if (Number.isInteger(value) && value >= 1) return value;
  console.error(`Cannot use ${Deno.args[at + 1]} for ${name}: allowed is an integer from 1 on`);
  Deno.exit(64);
}

const seeds = option("--seeds", 200);
const from = option("--from", 1);
for (let seed = from; seed < from + seeds; seed++) {
  const difference = await runScenario(seed) ?? await runCrashScenario(seed) ??
    (seed % 10 === 0 ? await runBurstScenario(seed) : undefined);
  if (difference !== undefined) {
    console.log(`Seed ${seed}: ${difference}`);
    Deno.exit(1);
  }
}
console.log(`${seeds} seeds from ${from} on: all clusters converged`);
