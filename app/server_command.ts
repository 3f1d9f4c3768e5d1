import { Server } from "../kvserver/mod.ts";
import { queryActorsMax } from "../limits.ts";
import type { CommandSpec, Invocation } from "./command_spec.ts";
import type { Console, StopSignal } from "./console.ts";
import { exitCodeOfSignal, exitCodes } from "./exit_codes.ts";
import { UsageError } from "./usage_error.ts";
import { integerFrom } from "./number_option.ts";
import { describe, joinLater, parseJoin } from "./join.ts";
import { parseAddressOption } from "./query_client.ts";
import { styleFor } from "./style.ts";
import { version } from "./version.ts";

/** All spellings of the address that is none: nobody can be told to connect there. */
const wildcard = /^(\[?::ffff:)?[[\]0x.:*]*$/i;

/** `cmud server` */
export const serverCommand: CommandSpec = {
  name: "server",
  summary: "Run a server until it is stopped",
  options: [
    { name: "--host", value: "HOST", summary: "address to listen on (default: 127.0.0.1)" },
    {
      name: "--port",
      value: "PORT",
      summary: "system port; query ports follow it; 0 takes any (default: 6000)",
      parse: integerFrom(0, 65535),
    },
    {
      name: "--advertise",
      value: "HOST:PORT",
      summary: "the system port as others reach it",
      parse: parseAddressOption,
    },
    {
      name: "--actors",
      value: "N",
      summary: "query actors, each with a port and a full replica (default: one per core)",
      parse: integerFrom(1, queryActorsMax),
    },
    {
      name: "--join",
      value: "DESC|HOST:PORT",
      summary: "a server to sync with: its description or its system port; may be repeated",
      repeatable: true,
      parse: parseJoin,
    },
    {
      name: "--simulate-latency",
      value: "MS",
      summary: "delay what goes to other servers by this one-way time",
      parse: integerFrom(0, 60_000),
    },
    { name: "--json", summary: "print one line of JSON when ready" },
  ],
  examples: [
    ["cmud server", "system port 6000, query ports from 6001"],
    ["cmud server --port 7000 --join 127.0.0.1:6000", "another one, which syncs with the first"],
    ["cmud server --host 0.0.0.0 --advertise 192.0.2.7:6000", "reachable from elsewhere"],
  ],
  run: runServer,
};

async function runServer({ options, console, ...rest }: Invocation): Promise<number> {
  const hostname = options.host as string | undefined ?? "127.0.0.1";
  const advertise = options.advertise as string | undefined;
  if (wildcard.test(hostname) && advertise === undefined) {
    throw new UsageError(
      `Cannot listen on ${hostname} without --advertise: others must be told a real address`,
    );
  }
  const { descriptions, missing } = await describe(options.join as string[] | undefined ?? []);
  const server = await Server.start({
    hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
    startPort: options.port as number | undefined ?? 6000,
    queryActorCount: options.actors as number | undefined,
    advertise,
    remoteDescs: descriptions,
    simulateLatencyMs: options.simulateLatency as number | undefined,
    version,
    log: (line) => console.err(`${line}\n`),
  });
  const keepAsking = new AbortController();
  for (const address of missing) void joinLater(server, address, keepAsking.signal, console);
  const stopped = stopSignal(console);
  announce(server, { options, console, ...rest });
  const signal = await stopped;
  if (!options.json) console.err(`${signal}: stopping\n`);
  keepAsking.abort();
  await server.close();
  return exitCodes.ok;
}

/** The first signal is for an orderly stop; a second one ends the process at once. */
function stopSignal(console: Console): Promise<StopSignal> {
  return new Promise((resolve) => {
    let stopping = false;
    console.onStopSignal((signal) => {
      if (stopping) console.exit(exitCodeOfSignal(signal));
      stopping = true;
      resolve(signal);
    });
  });
}

function announce(server: Server, { options, console }: Invocation): void {
  const { address, queryAddresses, description } = server;
  if (options.json) {
    return console.out(
      JSON.stringify({ event: "ready", address, queryAddresses, description }) + "\n",
    );
  }
  const { bold, dim } = styleFor(console, "stdout", options);
  const [first] = queryAddresses;
  console.out(
    `${bold("CMUD server")} ${version} is ready.\n` +
      `  system port  ${address}\n` +
      `  query ports  ${queryAddresses.join(" ")}\n` +
      `  data         in memory only\n` +
      `${dim("Ask it:")}   cmud kv shell --server ${first}\n` +
      `${dim("Join it:")}  cmud server --port 0 --join ${address}\n` +
      `${dim("Play:")}     cmud play --server ${first}\n` +
      `${dim("Watch it:")} cmud status --watch --server ${queryAddresses.join(",")}\n` +
      `${dim("Stop it:")}  Ctrl-C\n`,
  );
}
