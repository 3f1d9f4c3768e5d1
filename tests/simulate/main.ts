/**
 * Runs simulated clusters, a seed each, until one of them goes wrong.
 *
 *     deno task simulate --seeds 1000 --from 1
 *
 * Prints the seed of a failure, which `--from SEED --seeds 1` runs again exactly as it was.
 *
 * @module
 */

import { type ScenarioName, scenarios } from "./scenario.ts";

function option(name: string, fallback: number): number {
  const at = Deno.args.indexOf(name);
  const value = at < 0 ? fallback : Number(Deno.args[at + 1]);
  if (Number.isInteger(value) && value >= 1) return value;
  console.error(`Cannot use ${Deno.args[at + 1]} for ${name}: allowed is an integer from 1 on`);
  Deno.exit(64);
}

/** Bursts are many times slower than the others. */
const seedsPerBurst = 10;

async function run(name: ScenarioName, seed: number): Promise<void> {
  const difference = await scenarios[name](seed);
  if (difference === undefined) return;
  console.log(`Seed ${seed}, ${name}: ${difference}`);
  Deno.exit(1);
}

const seeds = option("--seeds", 200);
const from = option("--from", 1);
for (let seed = from; seed < from + seeds; seed++) {
  await run("random", seed);
  await run("crash", seed);
  if (seed % seedsPerBurst === 0) await run("burst", seed);
}
console.log(`${seeds} seeds from ${from} on: all clusters converged`);
