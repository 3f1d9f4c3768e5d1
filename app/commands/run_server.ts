import {
  addressOfDescription,
  type Durability,
  JoinError,
  Server,
  ServerOptionError,
  type ServerOptions,
} from "../../kvserver/mod.ts";
import { problemsOf } from "./health.ts";
import { HttpPort, livePage } from "../../http/mod.ts";
import { tcpTransport, TlsTransport } from "../../rpc/mod.ts";
import type { LogFormat, Logger, LogLevel } from "../../log/mod.ts";
import type { Invocation } from "../cli/command_spec.ts";
import { BrokenPipeError } from "../cli/console.ts";
import { exitCodeOf, exitCodes } from "../cli/exit_codes.ts";
import { failureText } from "../cli/failure.ts";
import { counted, grouped } from "../cli/numbers.ts";
import { defaultSystemAddress, parseAddressOption } from "../cli/query_client.ts";
import { expectGuarded, readServerAccess, type ServerAccess } from "./server_access.ts";
import { ServerLog } from "./server_log.ts";
import { isReadAgain, serverPermissions } from "./server_permissions.ts";
import { readyHints } from "./ready_hints.ts";
import { readFilesAgain } from "./read_files_again.ts";
import { stopSignal } from "./stop_signal.ts";
import { styleFor } from "../cli/style.ts";
import { isWildcard } from "./wildcard.ts";
import { takenByHttp } from "./taken_by_http.ts";
import { UsageError } from "../cli/usage_error.ts";
import { version } from "../cli/version.ts";

/** Runs a server until a signal stops it. */
export async function runServer(invocation: Invocation): Promise<number> {
  const { options, console } = invocation;
  const hostname = options.host as string | undefined ?? "127.0.0.1";
  const advertise = options.advertise as string | undefined;
  if (isWildcard(hostname) && advertise === undefined) {
    throw new UsageError(
      `Cannot listen on ${hostname} without --advertise: others must be told a real address`,
    );
  }
  if (advertise !== undefined && isWildcard(advertise.replace(/:\d+$/, ""))) {
    throw new UsageError(
      `Cannot advertise ${advertise}: nobody else can connect to a wildcard address, allowed is ` +
        "HOST:PORT, as in 192.0.2.7:6000",
    );
  }
  if (options.durability !== undefined && options.dataDir === undefined) {
    throw new UsageError("Cannot use --durability without --data-dir: nothing is kept then");
  }
  const joins = (options.join as string[] | undefined ?? []).map(parseJoin);
  const guard = await readServerAccess(invocation);
  expectGuarded(invocation, hostname, guard);
  const serverLog = new ServerLog(console, {
    level: options.logLevel as LogLevel | undefined ?? "info",
    format: options.logFormat as LogFormat | undefined ?? "text",
  });
  try {
    return await serve(invocation, hostname, joins, guard, serverLog);
  } catch (error) {
    if (error instanceof UsageError || error instanceof BrokenPipeError) throw error;
    // Not thrown on: who prints it waits for a reader of stderr.
    serverLog.print(`cmud: ${failureText(error, "system")}`);
    return exitCodeOf(error);
  } finally {
    await serverLog.close();
  }
}

/** @param joins the system ports of servers to join */
async function serve(
  invocation: Invocation,
  hostname: string,
  joins: readonly string[],
  guard: ServerAccess,
  serverLog: ServerLog,
): Promise<number> {
  const { options } = invocation;
  const { tokens, token, tls } = guard;
  const transport = tls === undefined ? tcpTransport : new TlsTransport(tls);
  const { log } = serverLog;
  const address = options.http as string | undefined;
  let http = undefined as HttpPort | undefined;
  const settings: ServerOptions = {
    ...serverOptions(invocation, hostname, serverLog),
    join: joins,
    tokens,
    token,
    tls,
    insecure: options.insecure as boolean | undefined,
    // Reading the data may take long: the port shows that too.
    async beforeStart(environment, access) {
      if (address === undefined) return;
      http = await HttpPort.open({
        address,
        version,
        environment,
        transport,
        log,
        access,
        pages: livePage(),
        problemsOf: ({ stats, members }) => problemsOf({ stats: { ...stats }, members }),
      });
    },
  };
  try {
    const server = await startServer(settings).catch((error) => {
      throw http === undefined ? error : takenByHttp(http.address, settings, error);
    });
    const readAgain = isReadAgain(options)
      ? async () => {
        const { tokens = [], token, tls } = await readServerAccess(invocation);
        if (tls !== undefined) {
          await server.setTls(tls);
          if (transport instanceof TlsTransport) await transport.reload(tls);
        }
        await server.setTokens(tokens, token);
        return `${
          tokens.length === 1 ? "1 token is" : `${grouped(tokens.length)} tokens are`
        } known`;
      }
      : undefined;
    return await runUntilStopped(server, invocation, serverLog, http, readAgain);
  } finally {
    await http?.close();
  }
}

/** The options of the server that a command line asks for. */
function serverOptions(
  { options, console }: Invocation,
  hostname: string,
  serverLog: ServerLog,
): ServerOptions {
  return {
    hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
    startPort: options.port as number | undefined ?? 6000,
    queryActorCount: options.actors as number | undefined,
    threads: options.threads as number | undefined,
    onThreadEnd: ({ message }) => {
      serverLog.print(`cmud: ${message}`);
      void serverLog.close().then(() => console.exit(exitCodes.internal));
    },
    advertise: options.advertise as string | undefined,
    cluster: options.cluster as string | undefined,
    dataDir: options.dataDir as string | undefined,
    durability: options.durability as Durability | undefined,
    maxMemory: options.maxMemory as number | undefined,
    maxConnections: options.maxConnections as number | undefined,
    idleTimeoutMs: options.idleTimeout as number | undefined,
    forgetAfterMs: options.forgetAfter as number | undefined,
    maxLagMs: options.maxLag as number | undefined,
    simulateLatencyMs: options.simulateLatency as number | undefined,
    version,
    log: serverLog.log,
  };
}

/**
 * @param http shows the server
 * @param readAgain reads its files again; absent: it has none that are worth it
 */
async function runUntilStopped(
  server: Server,
  invocation: Invocation,
  serverLog: ServerLog,
  http?: HttpPort,
  readAgain?: () => Promise<string>,
): Promise<number> {
  const { options, console } = invocation;
  const { log } = serverLog;
  console.keepOnly?.(serverPermissions(options, false));
  const stopped = stopSignal(console, readAgain && (() => readFilesAgain(readAgain, log)));
  http?.show(server);
  announceWhenReady(server, invocation, log, http);
  const signal = await stopped;
  http?.show("stopping");
  if (!options.json) log.info("{signal}: stopping", { signal });
  const { undelivered } = await server.close();
  if (undelivered === 0) return exitCodes.ok;
  serverLog.print(
    `cmud: At least ${counted(undelivered, "acknowledged Put")} reached no other ` +
      "server for certain, and there is no data directory: lost",
  );
  return exitCodes.internal;
}

/**
 * Reads one value of `--join`: a system port, or the description of a server, which may have restarted
 * since, so that only its system port counts.
 *
 * @throws {UsageError} when it is neither.
 */
function parseJoin(text: string): string {
  if (!text.trimStart().startsWith("{")) return parseAddressOption(text, defaultSystemAddress);
  try {
    return addressOfDescription(text);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** @throws {UsageError} for an option that the server refuses, or for what answers where it names one. */
async function startServer(options: ServerOptions): Promise<Server> {
  try {
    return await Server.start(options);
  } catch (cause) {
    if (cause instanceof JoinError) throw new UsageError(cause.message, { cause });
    if (cause instanceof ServerOptionError) {
      const message = cause.message.replace("startPort", "--port").replace("threads", "--threads");
      throw new UsageError(message, { cause });
    }
    throw cause;
  }
}

/**
 * Says that the server is ready, and that it has the state of the servers that it joins: with
 * `--wait-synced` both then.
 */
function announceWhenReady(
  server: Server,
  invocation: Invocation,
  log: Logger,
  http?: HttpPort,
): void {
  const { options, console } = invocation;
  const { address } = server;
  const { ready: isSynced } = server.stats();
  if (!options.waitSynced) announce(server, invocation, http);
  else if (!isSynced) log.info("Waiting for the state of the servers that are joined");
  server.synced().then(() => {
    if (options.waitSynced) announce(server, invocation, http);
    if (options.json) console.out(JSON.stringify({ event: "synced", address }) + "\n");
    else if (!isSynced) console.out("Synced: it has the state of the servers that it joined.\n");
  }).catch(() => {
    // The server was stopped before, or nobody reads stdout any more.
  });
}

function announce(server: Server, { options, console }: Invocation, http?: HttpPort): void {
  const { address, queryAddresses, description } = server;
  if (options.json) {
    const ready = { event: "ready", address, queryAddresses, description, http: http?.address };
    return console.out(JSON.stringify(ready) + "\n");
  }
  const { bold, dim } = styleFor(console, "stdout", options);
  const [first] = queryAddresses;
  const { ask, join } = readyHints({ options }, address);
  const scheme = options.tlsCert === undefined ? "http" : "https";
  console.out(
    `${bold("CMUD server")} ${version} is ready.\n` +
      `  system port  ${address}\n` +
      `  query ports  ${queryAddresses.join(" ")}\n` +
      (http === undefined ? "" : `  http port    ${scheme}://${http.address}\n`) +
      `  data         ${whereKept(options)}\n` +
      `${dim("Ask it:")}   cmud kv shell --server ${first}${ask}\n` +
      `${dim("Join it:")}  cmud server --port 0 --join ${address}${join}\n` +
      `${dim("Play:")}     cmud play --server ${first}${ask}\n` +
      `${dim("Watch it:")} cmud status --watch --server ${queryAddresses.join(",")}${ask}\n` +
      `${dim("Stop it:")}  Ctrl-C\n` +
      (Deno.build.standalone ? "" : `${dim("In a clone, cmud is:")} deno task cmud\n`),
  );
}

function whereKept({ dataDir, durability = "relaxed" }: Invocation["options"]): string {
  if (dataDir === undefined) return "in memory only";
  const when = durability === "strict" ? "when a Put is answered" : "within 200 ms of a Put";
  return `in ${dataDir}, on disk ${when} (${durability})`;
}
