import { escapeControl } from "../../rpc/mod.ts";
import {
  mermaidOf,
  parseScenario,
  runScenario,
  type Scenario,
  ScenarioError,
  scenarioMsMax,
  sequenceOf,
  type Statement,
  svgOf,
} from "../../simulate/mod.ts";
import type { Invocation } from "../cli/command_spec.ts";
import { durationText } from "../cli/duration_option.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { readText, writeText } from "../cli/text_file.ts";
import { UsageError } from "../cli/usage_error.ts";

/** `cmud trace --scenario FILE`. @returns 1 when something that is expected is not so. */
export async function runTrace(invocation: Invocation): Promise<number> {
  const file = invocation.options.scenario as string | undefined;
  if (file === undefined) {
    throw new UsageError("Cannot trace nothing: name a --scenario FILE, or trace put KEY");
  }
  const text = await readText(file);
  return await inFile(file, () => {
    const scenario = parseScenario(text);
    if (scenario.steps.length > 0) return trace(scenario, invocation);
    throw new ScenarioError("nothing that is done", "a scenario, a statement a line", "server a");
  });
}

/** `cmud trace put KEY`. */
export function runTracePut(invocation: Invocation): Promise<number> {
  const { arguments: [key], options } = invocation;
  if (options.scenario !== undefined) {
    throw new UsageError(
      "Cannot trace a Put in a --scenario: trace put KEY makes a scenario of its own; " +
        "trace --scenario FILE tells what a file says",
    );
  }
  const { value = "hello", servers = 2, replicas = 1, delay = 20, disk = false } = options as {
    value?: string;
    servers?: number;
    replicas?: number;
    delay?: number;
    disk?: boolean;
  };
  const [putMs, endMs] = [1_000, 1_000 + 4 * delay + 500];
  if (endMs > scenarioMsMax) {
    const allowed = durationText(Math.floor((scenarioMsMax - putMs - 500) / 4));
    throw new UsageError(
      `Cannot trace messages that take ${durationText(delay)}: allowed is ${allowed}`,
    );
  }
  const names = Array.from({ length: servers }, (_, i) => String.fromCharCode(97 + i));
  const starts = names.map((name, i): Statement => ({
    type: "server",
    name,
    replicas,
    skewMs: 0,
    hasDisk: disk,
    joins: i === 0 ? [] : [names[0]],
  }));
  const put: Statement = { type: "put", key: key!, value, on: { server: "a" } };
  const scenario: Scenario = {
    title: `The way of a Put of ${key}`,
    seed: 1,
    delayMs: delay,
    jitterMs: 0,
    compares: true,
    steps: [
      ...starts.map((statement) => ({ atMs: 0, statement })),
      { atMs: putMs, statement: put },
    ],
    endMs,
  };
  return trace(scenario, invocation);
}

async function trace(
  scenario: Scenario,
  { options, console }: Invocation,
): Promise<number> {
  const outcome = await runScenario(scenario, { isAllTold: options.all === true });
  console.out(escapedLines(outcome.transcript));
  const sequence = sequenceOf(scenario.title, outcome.events);
  const { mermaid, svg } = options as { mermaid?: string; svg?: string };
  if (mermaid !== undefined) await writeText(mermaid, mermaidOf(sequence));
  if (svg !== undefined) await writeText(svg, svgOf(sequence));
  for (const failure of outcome.failures) console.err(`${escapeControl(failure)}\n`);
  return outcome.failures.length === 0 ? exitCodes.ok : exitCodes.differ;
}

/** Does what is to be done with a scenario: what is wrong with that is wrong in its file. */
async function inFile<T>(file: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new UsageError(`Cannot run ${file}: ${error.message}`, { cause: error });
  }
}

/** Lines as a terminal may show them. */
function escapedLines(text: string): string {
  return text.split("\n").map(escapeControl).join("\n");
}
