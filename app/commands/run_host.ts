import { Client, FixedRouter, NearestRouter, PinnedRouter } from "../../kvclient/mod.ts";
import { appLimits } from "../../limits.ts";
import type { LogFormat, LogLevel } from "../../log/mod.ts";
import {
  awakeEnvironment,
  expectUsable,
  realEnvironment,
  tcpTransport,
  TlsTransport,
} from "../../rpc/mod.ts";
import type { Invocation } from "../cli/command_spec.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { queryAddresses } from "../cli/query_client.ts";
import { styleFor } from "../cli/style.ts";
import { UsageError } from "../cli/usage_error.ts";
import { version } from "../cli/version.ts";
import { GameHost, playPage, TelnetPort, WebPort } from "../doors/mod.ts";
import { chooseWorld } from "../play/chosen_world.ts";
import { gameStore } from "../play/game_store.ts";
import { expectHostGuarded, hasFiles, readHostAccess } from "./host_access.ts";
import { readFilesAgain } from "./read_files_again.ts";
import { ServerLog } from "./server_log.ts";
import { stopSignal } from "./stop_signal.ts";

/** Opens the doors, until a signal closes them. */
export async function runHost(invocation: Invocation): Promise<number> {
  const { options, console } = invocation;
  const { telnet: telnetAddress, web: webAddress } = options as Record<string, string | undefined>;
  if (telnetAddress === undefined && webAddress === undefined) {
    throw new UsageError("Cannot host without a door: one is opened with --telnet, or --web");
  }
  await chooseWorld(invocation);
  const addresses = queryAddresses(invocation);
  const access = await readHostAccess(invocation);
  expectHostGuarded(invocation, access, addresses);
  const transport = access.doors && new TlsTransport(access.doors);
  const serverTransport = access.shown.tls && new TlsTransport(access.shown.tls);
  let { token } = access.shown;
  const asking = {
    token: () => token,
    transport: serverTransport,
    insecure: options.insecureServer === true,
  };
  const nearest = addresses.length > 1 ? await NearestRouter.start(addresses, asking) : undefined;
  const router = new PinnedRouter(nearest ?? new FixedRouter(addresses[0]));
  const timeoutMs = nearest && appLimits.failoverTimeoutMs;
  const client = new Client(router, { ...asking, timeoutMs });
  const serverLog = new ServerLog(console, {
    level: options.logLevel as LogLevel | undefined ?? "info",
    format: options.logFormat as LogFormat | undefined ?? "text",
  });
  // A player's patience with a server does not run out while the host stands still.
  const environment = awakeEnvironment(realEnvironment);
  await using doors = new AsyncDisposableStack();
  doors.defer(() => serverLog.close());
  doors.defer(() => environment.close());
  doors.defer(() => nearest?.close());
  doors.defer(() => client.close());
  // Without a server nobody is let in; a system port answers a Ping as well.
  await client.get("");
  const { log } = serverLog;
  const store = gameStore(client, router);
  const host = new GameHost({
    store,
    environment,
    log,
    tries: addresses.length + 1,
    perAddressMax: options.maxPerAddress as number | undefined,
  });
  doors.defer(() => host.close());
  const shared = { keeper: host, environment, transport: transport ?? tcpTransport, log };
  const telnet = telnetAddress === undefined
    ? undefined
    : new TelnetPort({ ...shared, address: telnetAddress });
  doors.defer(() => telnet?.close());
  const web = webAddress === undefined ? undefined : await WebPort.open({
    ...shared,
    address: webAddress,
    pages: playPage(),
    isBehindProxy: options.behindProxy === true,
  });
  doors.defer(() => web?.close());
  await transport?.bound();
  const readAgain = async () => {
    const { doors, shown } = await readHostAccess(invocation);
    // All of it, or nothing.
    for (const tls of [doors, shown.tls]) if (tls !== undefined) expectUsable(tls);
    if (doors !== undefined) await transport?.reload(doors);
    if (shown.tls !== undefined) await serverTransport?.reload(shown.tls);
    token = shown.token;
    return "connections to come use them";
  };
  const onHangUp = hasFiles(access) ? () => readFilesAgain(readAgain, log) : undefined;
  const stopped = stopSignal(console, onHangUp);
  announce(invocation, telnet?.address, web?.address);
  const signal = await stopped;
  if (!options.json) log.info("{signal}: closing the doors", { signal });
  // While their connections are there, players are told.
  await host.close();
  return exitCodes.ok;
}

function announce({ options, console }: Invocation, telnet?: string, web?: string): void {
  if (options.json) {
    return console.out(JSON.stringify({ event: "ready", telnet, web }) + "\n");
  }
  const { bold, dim } = styleFor(console, "stdout", options);
  const isTls = options.tlsCert !== undefined;
  console.out(
    `${bold("CMUD host")} ${version}: the doors are open.\n` +
      (web === undefined ? "" : `  in a browser  ${isTls ? "https" : "http"}://${web}/\n`) +
      (telnet === undefined
        ? ""
        : `  by telnet     ${telnet.replace(/:(\d+)$/, " $1")}${isTls ? " (TLS)" : ""}\n`) +
      `${dim("Close them:")} Ctrl-C\n`,
  );
}
