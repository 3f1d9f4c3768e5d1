import type { TraceEvent } from "../trace/event.ts";
import { transcriptOf } from "../trace/transcript.ts";
import type { Scenario } from "./scenario.ts";
import { ScenarioRun, type ScenarioRunOptions } from "./scenario_run.ts";

/** What came of a scenario. */
export interface ScenarioOutcome {
  readonly events: readonly TraceEvent[];
  /** The story, line by line. */
  readonly transcript: string;
  /** What was expected, and was not so. */
  readonly failures: readonly string[];
}

/** Options of `runScenario`. */
export interface RunScenarioOptions extends Omit<ScenarioRunOptions, "observe"> {
  /** Whether the story tells also what changes nothing. Default `false`. */
  isAllTold?: boolean;
}

/** Runs a scenario to its end. @throws {ScenarioError} when it cannot be run. */
export async function runScenario(
  scenario: Scenario,
  { isAllTold = false, ...options }: RunScenarioOptions = {},
): Promise<ScenarioOutcome> {
  const events: TraceEvent[] = [];
  const run = new ScenarioRun(scenario, { ...options, observe: (event) => events.push(event) });
  try {
    await run.finish();
  } finally {
    await run.close();
  }
  return { events, transcript: transcriptOf(scenario, events, isAllTold), failures: run.failures };
}
