/**
 * Clusters on virtual time, made of the actors, stores and logs of real servers: the same seed and the same
 * steps give the same run, here and in a browser.
 *
 * ```ts
 * import { parseScenario, runScenario } from "./mod.ts";
 *
 * const { transcript, failures } = await runScenario(parseScenario(`
 *   delay  20 ms
 *   server a
 *   server b joins a
 *   wait   1 s
 *   put    city = Paris on a
 *   expect city = Paris on all within 1 s
 * `));
 * if (failures.length > 0) throw new Error(transcript);
 * ```
 *
 * @module
 */

export { formatScenario, formatStatement } from "./scenario/format_scenario.ts";
export { parseScenario, scenarioMsMax, usages } from "./scenario/parse_scenario.ts";
export {
  runScenario,
  type RunScenarioOptions,
  type ScenarioOutcome,
} from "./scenario/run_scenario.ts";
export { ScenarioRecorder } from "./scenario/scenario_recorder.ts";
export { shrinkScenario, type StillShows } from "./scenario/shrink_scenario.ts";
export { ScenarioError } from "./scenario/scenario_error.ts";
export { ScenarioRun, type ScenarioRunOptions } from "./scenario/scenario_run.ts";
export type { Condition, Link, Place, Scenario, Statement, Step } from "./scenario/scenario.ts";
export type {
  Happening,
  RemovalReason,
  SentKind,
  TracedEntry,
  TraceEvent,
  TraceListener,
} from "./trace/event.ts";
export { traceLine } from "./trace/trace_line.ts";
export { SimulatedCluster, type SimulatedServer } from "./cluster/simulated_cluster.ts";
export { mermaidOf } from "./diagram/mermaid.ts";
export { type Sequence, sequenceOf } from "./diagram/sequence.ts";
export { svgOf } from "./diagram/svg.ts";
export { checkHistory, checkLine, faultLines } from "./exercises/check_answer.ts";
export type { Exercise, Level, Verdict } from "./exercises/exercise.ts";
export { exercises } from "./exercises/exercises.ts";
export type { SourceEdit } from "./exercises/source_edit.ts";
