import { Client, FixedRouter, NearestRouter, PinnedRouter } from "../kvclient/mod.ts";
import { Server } from "../kvserver/mod.ts";
import { failoverTimeoutMs } from "../limits.ts";
import { realEnvironment } from "../rpc/mod.ts";
import type { Console } from "./console.ts";
import type { Invocation } from "./command_spec.ts";
import { exitCodeOfSignal, exitCodes } from "./exit_codes.ts";
import { UsageError } from "./usage_error.ts";
import { diceFrom, type GameStore, isName, paint, pause, playGame } from "./game/mod.ts";
import { gameStore } from "./game_store.ts";
import { defaultQueryAddress, namedAddresses } from "./query_client.ts";
import { hasColor } from "./style.ts";
import { version } from "./version.ts";

/** Where a server is looked for, and where one's own is started. */
export interface Home {
  readonly queryAddress: string;
  readonly startPort: number;
}

const defaultHome: Home = { queryAddress: defaultQueryAddress, startPort: 6000 };

/** Plays as `invocation` says; `home` is where the server is when that names none. */
export async function runPlay(invocation: Invocation, home: Home = defaultHome): Promise<number> {
  const { console } = invocation;
  const name = nameFrom(invocation);
  const { addresses, server } = await findServer(invocation, home);
  const stop = stopOnSignal(console, server);
  const nearest = addresses.length > 1 ? await NearestRouter.start(addresses) : undefined;
  // A session of the game stays with one server for as long as that answers.
  const router = new PinnedRouter(nearest ?? new FixedRouter(addresses[0]));
  const client = new Client(router, nearest && { timeoutMs: failoverTimeoutMs });
  try {
    await client.ping();
    // Once at each server, and once more at one that has only started again.
    const tries = addresses.length + 1;
    await play(invocation, name, { store: gameStore(client, router), tries }, stop.signal);
    if (server?.queryAddresses.includes(home.queryAddress)) console.err(farewell);
    return exitCodes.ok;
  } finally {
    stop.release();
    await client.close();
    await nearest?.close();
    await server?.close();
  }
}

/** @throws {UsageError} when what `--name` says is no name. */
function nameFrom({ options }: Invocation): string | undefined {
  const name = options.name as string | undefined;
  if (name === undefined || isName(name)) return name;
  throw new UsageError(
    `Cannot play as ${JSON.stringify(name)}: allowed is one word of letters, digits, - and _, ` +
      `up to 24 characters`,
  );
}

/**
 * At the first signal the player's own server stops in order, and then the process ends; a second
 * one ends it at once. `signal` says that nothing more is to be shown.
 */
function stopOnSignal(
  console: Console,
  server: Server | undefined,
): { signal: AbortSignal; release: () => void } {
  const stopping = new AbortController();
  const release = console.onStopSignal((signal) => {
    const exit = () => console.exit(exitCodeOfSignal(signal));
    if (stopping.signal.aborted || server === undefined) return exit();
    stopping.abort();
    server.close().finally(exit);
  });
  return { signal: stopping.signal, release };
}

function play(
  { options, console }: Invocation,
  name: string | undefined,
  world: { store: GameStore; tries: number },
  stopping: AbortSignal,
): Promise<number> {
  const isTerminal = console.stdinIsTerminal && console.stdoutIsTerminal;
  return playGame({
    ...world,
    name,
    fast: options.fast === true,
    dice: diceFrom(realEnvironment),
    environment: realEnvironment,
    input: console.lines(),
    output: (text) => stopping.aborted || console.out(text),
    isTerminal,
    pause,
    paint: isTerminal && hasColor(console, "stdout", options) ? paint : undefined,
  });
}

const notice = "Nobody answers here, so you play on a server of your own. It forgets all when\n" +
  "you quit; to play on another day, keep one running: cmud server\n";

const farewell = "Your server ends with you. Whoever has joined it will have to find another.\n";

/** Where to play. With no server named and none at the default address, one of the player's own. */
async function findServer(
  invocation: Invocation,
  home: Home,
): Promise<{ addresses: readonly string[]; server?: Server }> {
  const named = namedAddresses(invocation);
  if (named !== undefined) return { addresses: named };
  if (await answers(home.queryAddress)) return { addresses: [home.queryAddress] };
  const server = await startOwnServer(home);
  invocation.console.err(notice);
  return { addresses: server.queryAddresses, server };
}

/** At the default address, so that others on this machine find it; anywhere if that is taken. */
async function startOwnServer({ startPort }: Home): Promise<Server> {
  const options = { startPort, queryActorCount: 1, version };
  try {
    return await Server.start(options);
  } catch {
    return await Server.start({ ...options, startPort: 0 });
  }
}

async function answers(address: string): Promise<boolean> {
  const client = new Client(new FixedRouter(address), { timeoutMs: 1_000 });
  try {
    await client.ping();
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}
