import type { Limits } from "../../limits.ts";
import { runBurstScenario } from "./burst_scenario.ts";
import { comparisonCases } from "./comparison_cases.ts";
import { hardCases } from "./hard_cases.ts";
import { runCrashScenario } from "./crash_scenario.ts";
import { runRandomScenario } from "./random_scenario.ts";

/** Runs a cluster, with other limits if so wished, from a seed. @returns what was wrong, or `undefined`. */
export type Scenario = (seed: number, limits?: Limits) => Promise<string | undefined>;

export type ScenarioName = "random" | "crash" | "burst" | "hard" | "compared";

/** All scenarios, by name. */
export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  random: (seed, limits) => runRandomScenario(seed, { limits }),
  crash: runCrashScenario,
  burst: runBurstScenario,
  // Each seed is another one of them.
  hard: async (seed) => {
    const cases = Object.values(hardCases);
    return await cases[seed % cases.length]();
  },
  compared: async (seed) => {
    const cases = Object.values(comparisonCases);
    return await cases[seed % cases.length]();
  },
};
