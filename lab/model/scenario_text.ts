import { formatScenario } from "../../simulate/scenario/format_scenario.ts";
import { parseScenario } from "../../simulate/scenario/parse_scenario.ts";

/**
 * The text of a scenario in which one thing more is done, behind all that is done until that moment.
 *
 * @throws {ScenarioError} when the line is no statement, or the servers that it names are not there.
 */
export function withLine(text: string, atMs: number, line: string): string {
  const { steps, endMs, ...head } = parseScenario(text);
  const before = steps.filter((step) => step.atMs <= atMs);
  const until = formatScenario({ ...head, steps: before, endMs: atMs });
  const { steps: longer } = parseScenario(`${until}${line}\n`);
  return formatScenario({
    ...head,
    steps: [...longer, ...steps.slice(before.length)],
    endMs: Math.max(endMs, atMs),
  });
}
