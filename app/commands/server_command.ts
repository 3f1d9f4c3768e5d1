import { defaultLimits } from "../../limits.ts";
import { choiceOf } from "../cli/choice_option.ts";
import type { CommandSpec, OptionSpec } from "../cli/command_spec.ts";
import { dataDirOption } from "../cli/data_dir_option.ts";
import { parseDuration } from "../cli/duration_option.ts";
import { httpOption } from "../cli/http_option.ts";
import { integerFrom } from "../cli/number_option.ts";
import { parseAddressOption } from "../cli/query_client.ts";
import { sizeFrom } from "../cli/size_option.ts";
import { tlsCaOption, tlsCertOption, tlsClientCaOption, tlsKeyOption } from "../cli/tls_files.ts";
import { tokenFileOption } from "../cli/token_file.ts";
import { configOption, printConfigOption } from "../settings/settings_options.ts";
import { logOptions } from "./log_options.ts";
import { serverPermissions } from "./server_permissions.ts";
import { settled } from "./settled.ts";
import { UsageError } from "../cli/usage_error.ts";

/** Each is a setting too: it may come from the environment or a file. */
export const serverOptions: readonly OptionSpec[] = [
  {
    name: "--host",
    value: "HOST",
    summary: "address to listen on (default: 127.0.0.1)",
    parse: hostFrom,
  },
  {
    name: "--port",
    value: "PORT",
    summary: "system port; query ports follow it; 0 takes any (default: 6000)",
    type: "integer",
    parse: integerFrom(0, 65535),
  },
  {
    name: "--advertise",
    value: "HOST:PORT",
    summary: "the system port as others reach it",
    parse: (text) => parseAddressOption(text, "192.0.2.7:6000"),
  },
  {
    name: "--actors",
    value: "N",
    summary: "query actors, each with a port and a full replica (default: one per core)",
    type: "integer",
    parse: integerFrom(1, defaultLimits.queryActorsMax),
  },
  {
    name: "--threads",
    value: "N",
    summary: "threads that the query actors share (default: one each, but no more than cores)",
    type: "integer",
    parse: integerFrom(1, defaultLimits.queryActorsMax),
  },
  {
    name: "--join",
    value: "DESC|HOST:PORT",
    summary: "a server to sync with: its description or its system port; may be repeated",
    repeatable: true,
  },
  {
    name: "--cluster",
    value: "NAME",
    summary: "name of the cluster; servers of another one are refused (default: cmud)",
  },
  {
    name: "--auth-file",
    value: "FILE",
    summary: "TOML file of tokens: nobody else gets in (default: everybody does)",
    completes: "files",
  },
  {
    ...tokenFileOption,
    summary: "file with the server's own token, of the role peer, to show other servers",
  },
  tlsCertOption,
  tlsKeyOption,
  tlsCaOption,
  tlsClientCaOption,
  {
    name: "--insecure",
    summary: "let everybody in who reaches the ports, and show tokens unencrypted",
  },
  dataDirOption(
    "keep everything there, so that a restart loses nothing (default: in memory only)",
  ),
  {
    name: "--durability",
    ...choiceOf(["relaxed", "strict"]),
    summary: "answer a Put at once, and have it on disk within 200 ms, or answer it when it is " +
      "there (default: relaxed)",
  },
  {
    name: "--max-memory",
    value: "SIZE",
    summary:
      "memory for all that is kept and comes in, as 512MiB or 2G; past it puts are refused " +
      "(default: half of the machine's)",
    type: "size",
    parse: sizeFrom(defaultLimits.memoryBytesMin),
  },
  {
    name: "--max-connections",
    value: "N",
    summary: "connections of clients at a time (default: 10,000 to each query port)",
    type: "integer",
    parse: integerFrom(1, 1_000_000),
  },
  {
    name: "--idle-timeout",
    value: "DURATION",
    summary: "end a client's connection on which nothing comes for so long, as 10m (default: none)",
    type: "duration",
    parse: parseDuration,
  },
  {
    name: "--forget-after",
    value: "DURATION",
    summary: "forget a server that is down for so long, as 7d, or 0: never (default: 7d)",
    type: "duration",
    parse: parseForgetAfter,
  },
  {
    name: "--max-lag",
    value: "DURATION",
    summary: "refuse Puts before a server that is up gets further behind, as 5s (default: never)",
    type: "duration",
    parse: parseDuration,
  },
  httpOption,
  {
    name: "--simulate-latency",
    value: "MS",
    summary: "delay what goes to other servers by this one-way time",
    type: "integer",
    parse: integerFrom(0, 60_000),
  },
  {
    name: "--wait-synced",
    summary: "say that it is ready only when it has the state of the servers that it joins",
  },
  ...logOptions,
  { name: "--json", summary: "print a line of JSON when it is ready, and one when it is synced" },
  configOption,
  printConfigOption,
];

/** `cmud server` */
export const serverCommand: CommandSpec = {
  name: "server",
  summary: "Run a server until it is stopped",
  options: serverOptions,
  examples: [
    ["cmud server", "system port 6000, query ports from 6001"],
    ["cmud server --data-dir /var/lib/cmud", "a server that keeps its data"],
    ["cmud server --port 7000 --join 127.0.0.1:6000", "another one, which syncs with the first"],
    [
      "cmud server --host 0.0.0.0 --advertise 192.0.2.7:6000 --insecure",
      "reachable from elsewhere, by everybody; --auth-file and TLS keep others out",
    ],
  ],
  // Without a directory it reads only to start its threads, and gives that up then.
  permissions: ({ options }) => serverPermissions(options, true),
  ...settled(
    serverOptions,
    async (invocation) => (await import("./run_server.ts")).runServer(invocation),
  ),
};

function parseForgetAfter(text: string): number {
  return text === "0" ? 0 : parseDuration(text, "0: never");
}

function hostFrom(text: string): string {
  if (text !== "") return text;
  throw new UsageError("Allowed is an address of this machine, or 0.0.0.0 for all it has.");
}
