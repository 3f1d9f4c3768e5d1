import type { TraceEvent } from "../trace/event.ts";
import { traceLine } from "../trace/trace_line.ts";
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

/** Runs a scenario to its end. @throws {ScenarioError} when it cannot be run. */
export async function runScenario(
  scenario: Scenario,
  options: Omit<ScenarioRunOptions, "observe"> = {},
): Promise<ScenarioOutcome> {
  const events: TraceEvent[] = [];
  const run = new ScenarioRun(scenario, { ...options, observe: (event) => events.push(event) });
  try {
    await run.finish();
  } finally {
    await run.close();
  }
  return { events, transcript: transcriptOf(scenario, events), failures: run.failures };
}

/** The story of a scenario. */
export function transcriptOf({ title }: Scenario, events: readonly TraceEvent[]): string {
  const lines = events.map(traceLine).filter((line) => line !== undefined);
  return [...(title === "" ? [] : [title, ""]), ...lines].join("\n") + "\n";
}
