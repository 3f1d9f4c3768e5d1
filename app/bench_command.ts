import type { CommandSpec } from "./command_spec.ts";
import { integerFrom } from "./number_option.ts";
import { UsageError } from "./usage_error.ts";

/** `cmud bench` */
export const benchCommand: CommandSpec = {
  name: "bench",
  summary: "Measure queries and tells on this machine",
  options: [
    {
      name: "--seconds",
      value: "S",
      summary: "how long each measurement takes (default: 2)",
      parse: parseSeconds,
    },
    {
      name: "--connections",
      value: "N",
      summary: "connections at once (default: 50)",
      parse: integerFrom(1, 1000),
    },
    { name: "--json", summary: "print one JSON object per measurement" },
  ],
  examples: [["cmud bench --seconds 5", "longer, and so steadier"]],
  run: async (invocation) => (await import("./run_bench.ts")).runBench(invocation),
};

function parseSeconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value <= 600) return value;
  throw new UsageError("Allowed is a number above 0, up to 600.");
}
