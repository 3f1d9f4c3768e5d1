import { Client, FixedRouter, NearestRouter, PinnedRouter } from "../kvclient/mod.ts";
import { Server } from "../kvserver/mod.ts";
import { realEnvironment } from "../rpc/mod.ts";
import type { CommandSpec, Invocation } from "./command_spec.ts";
import { exitCodes, UsageError } from "./exit_codes.ts";
import { diceFrom, isName, paint, pause, playGame } from "./game/mod.ts";
import { defaultQueryAddress, namedAddresses, serverOption } from "./query_client.ts";
import { hasColor } from "./style.ts";
import { version } from "./version.ts";

/** `cmud play` */
export const playCommand: CommandSpec = {
  name: "play",
  summary: "Play the game; on a server of your own when none is named and none is here",
  options: [
    serverOption,
    { name: "--name", value: "NAME", summary: "who you are", parse: parseName },
    { name: "--fast", summary: "no pauses: nothing takes any time" },
  ],
  examples: [
    ["cmud play", "enrol, or go on where you were"],
    ["cmud play --name Ada --server cmud.example:6001", "on another machine's server"],
  ],
  run: runPlay,
};

async function runPlay(invocation: Invocation): Promise<number> {
  const { addresses, server } = await findServer(invocation);
  const nearest = addresses.length > 1 ? await NearestRouter.start(addresses) : undefined;
  // A session of the game stays with one server for as long as that answers.
  const client = new Client(new PinnedRouter(nearest ?? new FixedRouter(addresses[0])));
  try {
    await client.ping();
    await play(invocation, client);
    return exitCodes.ok;
  } finally {
    await client.close();
    await nearest?.close();
    await server?.close();
  }
}

function play({ options, console }: Invocation, client: Client): Promise<number> {
  const isTerminal = console.stdinIsTerminal && console.stdoutIsTerminal;
  return playGame({
    store: {
      get: (key) => client.get(key),
      put: (key, value) => client.put(key, value),
      list: (prefix) => client.list(prefix),
      address: () => client.connectionName(),
    },
    name: options.name as string | undefined,
    fast: options.fast === true,
    dice: diceFrom(realEnvironment),
    environment: realEnvironment,
    input: console.lines(),
    output: (text) => console.out(text),
    isTerminal,
    pause,
    paint: isTerminal && hasColor(console, "stdout", options) ? paint : undefined,
  });
}

/** Where to play. With no server named and none at the default address, one of the player's own. */
async function findServer(
  invocation: Invocation,
): Promise<{ addresses: readonly string[]; server?: Server }> {
  const named = namedAddresses(invocation);
  if (named !== undefined) return { addresses: named };
  if (await answers(defaultQueryAddress)) return { addresses: [defaultQueryAddress] };
  const server = await startOwnServer();
  invocation.console.err(
    "Nobody answers here, so you play on a server of your own. It forgets all when you quit; to\n" +
      "play on, keep one running: cmud server\n",
  );
  return { addresses: server.queryAddresses, server };
}

/** At the default address, so that others on this machine find it; anywhere if that is taken. */
async function startOwnServer(): Promise<Server> {
  const options = { queryActorCount: 1, version };
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

function parseName(text: string): string {
  if (isName(text)) return text;
  throw new UsageError("Allowed is one word of letters, digits, - and _, up to 24 characters.");
}
