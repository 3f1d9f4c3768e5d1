import type { ClusterObserver } from "../../simulate/cluster/cluster_observer.ts";
import type { Limits } from "../../limits.ts";
import { runBurstScenario } from "./burst_scenario.ts";
import { comparisonCases } from "./comparison_cases.ts";
import { type HardCase, hardCases } from "./hard_cases.ts";
import { runCrashScenario } from "./crash_scenario.ts";
import { runPartitionScenario } from "./partition_scenario.ts";
import { runRandomScenario } from "./random_scenario.ts";
import { runReturnScenario } from "./return_scenario.ts";
import { slowLinkCases } from "./slow_link_cases.ts";
import { Stage } from "./stage.ts";

/** Runs a cluster, with other limits and an observer if so wished, from a seed. @returns what was wrong, or `undefined`. */
export type Scenario = (
  seed: number,
  limits?: Limits,
  observer?: ClusterObserver,
) => Promise<string | undefined>;

export type ScenarioName =
  | "random"
  | "crash"
  | "burst"
  | "return"
  | "partition"
  | "hard"
  | "compared"
  | "slow";

/** Cases that were written by hand, of which each seed is another one. */
const cases = { hard: hardCases, compared: comparisonCases, slow: slowLinkCases };

function oneOf(name: keyof typeof cases): Scenario {
  return async (seed, _limits, observer) => {
    const all = Object.values<HardCase>(cases[name]);
    return await observed(all[seed % all.length], observer);
  };
}

/** Runs a case, with an observer of its stages. @returns what was wrong, or `undefined`. */
export async function observed(
  run: HardCase,
  observer?: ClusterObserver,
): Promise<string | undefined> {
  Stage.observer = observer;
  try {
    return await run();
  } finally {
    Stage.observer = undefined;
  }
}

/** All scenarios, by name. */
export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  random: (seed, limits, observer) => runRandomScenario(seed, { limits, observer }),
  crash: runCrashScenario,
  burst: runBurstScenario,
  return: runReturnScenario,
  partition: runPartitionScenario,
  hard: oneOf("hard"),
  compared: oneOf("compared"),
  slow: oneOf("slow"),
};

/** The seed that is a hand-written case. @throws {Error} when the scenario has none of that name. */
export function seedOfCase(scenario: ScenarioName, name: string): number {
  const names = Object.keys(scenario in cases ? cases[scenario as keyof typeof cases] : {});
  const seed = names.indexOf(name);
  if (seed < 0) throw new Error(`There is no case "${name}" of the scenario ${scenario}`);
  return seed === 0 ? names.length : seed;
}
