import {
  type Exercise,
  runScenario,
  type Scenario,
  type ScenarioOutcome,
} from "../../simulate/mod.ts";
import { importMutated } from "../support/mutation.ts";

/** What comes of a scenario on two systems. */
export interface Outcomes {
  readonly right: ScenarioOutcome;
  readonly faulty: ScenarioOutcome;
}

/** Returns what runs scenarios on the right system and on the one with the fault of an exercise. */
export async function systemsOf(
  { fault }: Exercise,
): Promise<(scenario: Scenario) => Promise<Outcomes>> {
  const mutated = await importMutated("simulate/mod.ts", fault);
  return async (scenario) => ({
    right: await runScenario(scenario),
    faulty: await mutated.runScenario(scenario),
  });
}
