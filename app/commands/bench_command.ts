import { defaultLimits } from "../../limits.ts";
import type { CommandSpec } from "../cli/command_spec.ts";
import { integerFrom, numberFrom, severalOf } from "../cli/number_option.ts";
import { parseAddressOption } from "../cli/query_client.ts";

/** What can be measured. */
const measures = [
  "get",
  "put",
  "list",
  "watch",
  "memory",
  "removal",
  "tells",
  "visibility",
  "sync",
  "durability",
  "writing",
  "restart",
  "start",
] as const;

/** `cmud bench` */
export const benchCommand: CommandSpec = {
  name: "bench",
  summary: "Measure queries, sync and tells on this machine",
  arguments: [{
    name: "WHAT",
    summary: "what to measure (default: everything)",
    optional: true,
    repeatable: true,
    values: measures,
  }],
  options: [
    {
      name: "--seconds",
      value: "S",
      summary: "how long each measurement takes (default: 2)",
      parse: numberFrom(0, 600),
    },
    { name: "--quick", summary: "a short look: 0.3 s each, fewer keys, one round" },
    {
      name: "--connections",
      value: "N",
      summary: "connections of each load but that of list (default: 50)",
      parse: integerFrom(1, 1000),
    },
    {
      name: "--depth",
      value: "N[,...]",
      summary: "requests that a connection sends at once (default: 1,16,64)",
      parse: severalOf(integerFrom(1, 1000)),
    },
    {
      name: "--actors",
      value: "N[,...]",
      summary: "query actors of the server under get and put (default: 1)",
      parse: severalOf(integerFrom(1, defaultLimits.queryActorsMax)),
    },
    {
      name: "--threads",
      value: "N",
      summary: "threads of every server, at the most (default: the server's)",
      parse: integerFrom(1, defaultLimits.queryActorsMax),
    },
    {
      name: "--redis",
      value: "HOST:PORT",
      summary: "compare get, put, memory and durability with this Redis, whose keys key:* get lost",
      parse: parseAddressOption,
    },
    {
      name: "--rounds",
      value: "N",
      summary:
        "repeat get, put and durability in turn, and print medians (default: 5 with --redis, else 1)",
      parse: integerFrom(1, 100),
    },
    {
      name: "--generator",
      value: "COMMAND",
      summary: "let another program load get, put and durability: see docs/performance.md",
    },
    { name: "--json", summary: "print one JSON object per measurement" },
  ],
  examples: [
    ["cmud bench get put --seconds 5", "longer, and so steadier"],
    ["cmud bench get put --actors 1,2", "one query actor against two"],
    ["cmud bench --redis 127.0.0.1:6379", "beside a Redis of your own"],
  ],
  permissions: ["net", "read", "write", "run"],
  run: async (invocation) => (await import("./run_bench.ts")).runBench(invocation, measures),
};

/** The other process of `cmud bench tells`. */
export const receiveTellsCommand: CommandSpec = {
  name: "receive-tells",
  summary: "Count the tells of cmud bench, which starts this by itself",
  hidden: true,
  permissions: ["net"],
  run: async ({ console }) => (await import("./run_bench.ts")).receiveTells(console),
};
