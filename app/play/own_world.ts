/**
 * Where to play when nobody says: at the server that is here, or else at one of the player's own, which
 * lives as long as the game does and keeps its world for the next time.
 *
 * @module
 */

import { Client, FixedRouter, RpcError } from "../../kvclient/mod.ts";
import { DirectoryLock } from "../../kvserver/disk/directory_lock.ts";
import { DataDirectoryError, DataDirectoryInUseError, Server } from "../../kvserver/mod.ts";
import { appLimits } from "../../limits.ts";
import { consoleLogger } from "../../log/mod.ts";
import { awakeEnvironment, pause, realEnvironment } from "../../rpc/mod.ts";
import type { Invocation } from "../cli/command_spec.ts";
import { defaultQueryAddress, namedAddresses } from "../cli/query_client.ts";
import { StateDirectory } from "../cli/state_directory.ts";
import type { WorldTokens } from "./world_tokens.ts";
import { UsageError } from "../cli/usage_error.ts";
import { version } from "../cli/version.ts";

/** Where a server is looked for, and where one's own is started. */
export interface Home {
  readonly queryAddress: string;
  readonly startPort: number;
}

/** Where every server is by default. */
export const defaultHome: Home = { queryAddress: defaultQueryAddress, startPort: 6000 };

/** Where to play. */
export interface FoundServer {
  readonly addresses: readonly string[];
  /** The player's own. */
  readonly server?: { close(): Promise<unknown> };
  /** What to say to the player when that ends. */
  readonly farewell?: string;
  /** Finds the same world when that server, which keeps it, is gone: maybe at one of the player's own. */
  readonly findAgain?: () => Promise<FoundServer>;
}

/**
 * Finds the server that `invocation` means, or starts one.
 *
 * @throws {DataDirectoryError} when the world cannot be kept where it is to be.
 */
export async function findServer(
  invocation: Invocation,
  home: Home,
  tokens: WorldTokens,
): Promise<FoundServer> {
  const { dataDir, ephemeral, observe } = invocation.options;
  if (dataDir !== undefined && ephemeral) {
    throw new UsageError("Cannot use --data-dir with --ephemeral: nothing is kept then");
  }
  const named = namedAddresses(invocation);
  if (named !== undefined) {
    if (dataDir === undefined) return { addresses: named };
    throw new UsageError("Cannot use --data-dir with --server: a server keeps its world itself");
  }
  const atHome = { addresses: [home.queryAddress] };
  // Of a world of one's own there would be nothing to watch.
  if (observe) return atHome;
  // Who names a world wants that one.
  const answer = dataDir === undefined ? await answerOf(home.queryAddress, tokens) : undefined;
  if (answer === "welcome") {
    const world = ephemeral ? undefined : await worldKeptAt(home.queryAddress, invocation);
    return world === undefined
      ? atHome
      : { ...atHome, findAgain: () => openWorld(home, tokens, world) };
  }
  const { console } = invocation;
  const world = worldOf(invocation);
  if (world === undefined) {
    console.err(`${onYourOwn(home, answer)}${forgetful}`);
    const server = await startServer(home, tokens);
    return ownServer(home, tokens, server, "Whoever has joined it must find another.");
  }
  try {
    const found = await openWorld(home, tokens, world);
    if (found.server !== undefined) console.err(`${onYourOwn(home, answer)}${keeping}${world}\n`);
    return found;
  } catch (error) {
    if (error instanceof DataDirectoryError) console.err(`To play without it: ${withoutWorld}\n`);
    throw error;
  }
}

/** That the player plays on a server of the player's own, and why. */
function onYourOwn({ queryAddress }: Home, answer: Answer | undefined): string {
  switch (answer) {
    case "none":
      return "Nobody answers here, so you play on a server of your own";
    case "refused":
      return `The server at ${queryAddress} does not let you in,\n` +
        "so you play on a server of your own";
    default:
      return "You play on a server of your own";
  }
}

const forgetful = ". It forgets all when\n" +
  "you quit; to play on another day, keep one running: cmud server\n";

const keeping = ", which keeps its world\nfor the next time: ";

const withoutWorld = "cmud play --ephemeral";

/** The directory of the player's own world; `undefined` for one that is not kept. */
function worldOf({ options, console }: Invocation): string | undefined {
  if (options.ephemeral) return undefined;
  return options.dataDir as string | undefined ??
    new StateDirectory(console).use("world", (path) => path);
}

/** The directory of the player's own world, if it is the one that the server at `address` keeps. */
function worldKeptAt(address: string, { console }: Invocation): Promise<string | undefined> {
  const world = new StateDirectory(console).pathOf("world");
  if (world === undefined) return Promise.resolve(undefined);
  return patiently(20, (isLast) => {
    const owner = DirectoryLock.ownerOf(world);
    if (owner?.queryAddresses.includes(address)) return { found: world };
    // Who has just started says so a moment later.
    const isStarting = owner?.queryAddresses.length === 0;
    return isStarting && !isLast ? undefined : { found: undefined };
  });
}

/** A server with that world; or where one is that has it: another game of the same player. */
function openWorld(home: Home, tokens: WorldTokens, dataDir: string): Promise<FoundServer> {
  return patiently(100, async (isLast) => {
    try {
      const server = await startServer(home, tokens, dataDir);
      const others = "Other games in your world go on with their own.";
      return { found: ownServer(home, tokens, server, others) };
    } catch (error) {
      if (!(error instanceof DataDirectoryInUseError)) throw error;
      for (const address of error.owner?.queryAddresses ?? []) {
        if (await answerOf(address, tokens) !== "welcome") continue;
        return {
          found: { addresses: [address], findAgain: () => openWorld(home, tokens, dataDir) },
        };
      }
      // It may be starting, or about to end.
      if (isLast) throw error;
      return undefined;
    }
  });
}

/**
 * Looks again and again, for `ownerPatienceMs`, until something is found. By a clock that leaves out
 * standstills, because who has the world may have stood still as well.
 *
 * @param look told whether it is the last time: then it has to return or throw something
 */
async function patiently<T>(
  pauseMs: number,
  look: (isLast: boolean) => Looked<T> | Promise<Looked<T>>,
): Promise<T> {
  const environment = awakeEnvironment(realEnvironment);
  const untilMs = environment.monotonicMs() + appLimits.ownerPatienceMs;
  try {
    for (;;) {
      const looked = await look(environment.monotonicMs() > untilMs);
      if (looked !== undefined) return looked.found;
      await pause(environment, pauseMs);
    }
  } finally {
    environment.close();
  }
}

/** What was found; `undefined`: look again. */
type Looked<T> = { found: T } | undefined;

/** The player's own; @param others what becomes of them when it ends: only where they find it. */
function ownServer(
  { queryAddress }: Home,
  tokens: WorldTokens,
  started: Server,
  others: string,
): FoundServer {
  const addresses = started.queryAddresses;
  const server = {
    async close() {
      tokens.forget(addresses);
      await started.close();
    },
  };
  if (!addresses.includes(queryAddress)) return { addresses, server };
  return { addresses, server, farewell: `Your server ends with you. ${others}\n` };
}

/** At the default address, so that others on this machine find it; anywhere if that is taken. */
async function startServer(
  { startPort }: Home,
  tokens: WorldTokens,
  dataDir?: string,
): Promise<Server> {
  // What others do, or the network, is nothing to print on a player's screen.
  const log = consoleLogger("error");
  // Others on this machine may be other people.
  const { token, entry } = tokens.make();
  const options = { queryActorCount: 1, version, dataDir, log, tokens: [entry] };
  const server = await Server.start({ ...options, startPort }).catch((error) => {
    if (error instanceof DataDirectoryError) throw error;
    return Server.start({ ...options, startPort: 0 });
  });
  tokens.keep(server.queryAddresses, token);
  return server;
}

/** How a server answers: it lets the player in, or does not, or there is none. */
type Answer = "welcome" | "refused" | "none";

async function answerOf(address: string, tokens: WorldTokens): Promise<Answer> {
  // Many servers ask for none.
  const [first, ...others] = tokens.candidates(address);
  for (const token of [first, ...others]) {
    const answer = await answerTo(token, address);
    if (answer === "welcome" && token !== undefined) tokens.isRight(address, token);
    if (answer !== "refused") return answer;
  }
  return "refused";
}

async function answerTo(token: string | undefined, address: string): Promise<Answer> {
  const client = new Client(new FixedRouter(address), { timeoutMs: 1_000, token });
  try {
    // A system port answers a Ping as well.
    await client.get("");
    return "welcome";
  } catch (error) {
    return error instanceof RpcError && error.code === "unauthorized" ? "refused" : "none";
  } finally {
    await client.close();
  }
}
