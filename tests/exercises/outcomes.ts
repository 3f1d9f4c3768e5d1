import {
  type Exercise,
  runScenario,
  type Scenario,
  type ScenarioOutcome,
} from "../../simulate/mod.ts";
import { importMutated } from "../support/mutation.ts";

/** Runs a scenario on the right system and on the one with the fault of an exercise. */
export async function outcomesOf(
  { fault }: Exercise,
  scenario: Scenario,
): Promise<{ right: ScenarioOutcome; faulty: ScenarioOutcome }> {
  const mutated = await importMutated("simulate/mod.ts", fault);
  return { right: await runScenario(scenario), faulty: await mutated.runScenario(scenario) };
}
