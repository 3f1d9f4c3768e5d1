import type { CommandSpec, OptionSpec } from "../cli/command_spec.ts";
import { parseDuration } from "../cli/duration_option.ts";
import { integerFrom } from "../cli/number_option.ts";

/** What is written besides the story. */
const diagramOptions: readonly OptionSpec[] = [
  {
    name: "--mermaid",
    value: "FILE",
    summary: "write a sequence diagram for Mermaid",
    completes: "files",
  },
  { name: "--svg", value: "FILE", summary: "draw a sequence diagram", completes: "files" },
  { name: "--all", summary: "also what changes nothing: comparisons, and what was seen" },
];

/** `cmud trace` */
export const traceCommand: CommandSpec = {
  name: "trace",
  summary: "Tell what happens in a simulated cluster, step by step: who, to whom, what and why",
  options: [
    { name: "--scenario", value: "FILE", summary: "the scenario to run", completes: "files" },
    ...diagramOptions,
  ],
  examples: [
    ["cmud trace put city", "the way of a Put of that key to all replicas of two servers"],
    ["cmud trace --scenario cut.txt --svg cut.svg", "what a file tells, and a diagram of it"],
  ],
  commands: [
    {
      name: "put",
      summary: "Follow one Put through a simulated cluster",
      arguments: [{ name: "KEY", summary: "the key" }],
      options: [
        { name: "--value", value: "VALUE", summary: "what is put (default: hello)" },
        {
          name: "--servers",
          value: "N",
          summary: "how many servers there are (default: 2)",
          parse: integerFrom(1, 9),
        },
        {
          name: "--replicas",
          value: "N",
          summary: "how many replicas each has (default: 1)",
          parse: integerFrom(1, 8),
        },
        {
          name: "--delay",
          value: "DURATION",
          summary: "how long a message takes to another server (default: 20ms)",
          parse: parseDuration,
        },
        { name: "--disk", summary: "the servers have disks" },
      ],
      permissions: ["write"],
      run: async (invocation) => (await import("./run_trace.ts")).runTracePut(invocation),
    },
  ],
  permissions: ["read", "write"],
  run: async (invocation) => (await import("./run_trace.ts")).runTrace(invocation),
};
