/**
 * Runs simulated clusters, a seed each, until one of them goes wrong.
 *
 *     deno task simulate --seeds 1000 --from 1
 *
 * Prints how much virtual time passed, also in a second of processor time; or the seed of a failure, which
 * `--from SEED --seeds 1` runs again exactly as it was, and what goes wrong as a short scenario, where one can
 * say it.
 *
 * @module
 */

import { ownCpuSeconds } from "../../bench/process_counters.ts";
import { CheckedCluster } from "./checked_cluster.ts";
import { integerOptions } from "../support/integer_options.ts";
import { parseScenario, runScenario } from "../../simulate/mod.ts";
import { failingStory } from "./failing_story.ts";
import { type ScenarioName, scenarios } from "./scenario.ts";

/** Bursts are many times slower than the others. */
const seedsPerBurst = 10;

async function run(name: ScenarioName, seed: number): Promise<void> {
  const difference = await scenarios[name](seed);
  if (difference === undefined) return;
  console.log(`Seed ${seed}, ${name}: ${difference}`);
  const short = await failingStory(name, seed);
  if (short === undefined) {
    console.log("No scenario shows it: what goes wrong is in what none can say.");
  } else {
    const { transcript } = await runScenario(parseScenario(short));
    console.log(`In short, for deno task trace --scenario FILE:\n\n${short}\n${transcript}`);
  }
  Deno.exit(1);
}

const { seeds, from } = integerOptions({ seeds: 200, from: 1 });
for (let seed = from; seed < from + seeds; seed++) {
  await run("random", seed);
  await run("crash", seed);
  await run("return", seed);
  await run("partition", seed);
  if (seed % seedsPerBurst === 0) await run("burst", seed);
}
const times = CheckedCluster.simulatedMs / 1_000 / ownCpuSeconds();
console.log(
  `${seeds} seeds from ${from} on: all clusters converged; ` +
    `${(CheckedCluster.simulatedMs / 3_600_000).toFixed(1)} hours, ${
      Math.round(times)
    } times real time`,
);
