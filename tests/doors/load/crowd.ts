/**
 * A crowd of bots at the doors of two hosts, in the world of two servers, one of which is killed now and then
 * and comes back.
 *
 * @module
 */

import { spawnCmud } from "../../support/app/cmud_process.ts";
import { type HostProcess, startHostProcess } from "../../support/app/host_process.ts";
import { TempDirectory } from "../../support/disk/temp_directory.ts";
import { freePorts } from "../../support/ports.ts";
import { Prng } from "../../../simulate/world/prng.ts";
import { sleep } from "../../support/until.ts";
import { Bot, type Wait } from "./bot.ts";

/** How large the crowd is, and what it does. */
export interface CrowdOptions {
  readonly bots: number;
  readonly seconds: number;
  /** Each bot types something every so many milliseconds. */
  readonly everyMs: number;
  /** One server is killed every so many milliseconds. */
  readonly killEveryMs: number;
}

/** What it came to. */
export interface CrowdFigures {
  /** How long each answer took. */
  readonly waits: readonly Wait[];
  /** When a server was killed. */
  readonly killedAtMs: readonly number[];
  /** How often a bot was told that the world does not answer. */
  readonly troubles: number;
  /** Coins that all bots together were told to have found, less those spent. */
  readonly told: number;
  /** Coins that all have, as the world says. */
  readonly owned: number;
  /** Attempts of which no bot was told what they came to: each may have moved a coin. */
  readonly unknown: number;
  /** Bots that have another sum than they were told, and no attempt that would explain it. */
  readonly wrong: string[];
}

/** So many bots come in at once. */
const enteringMax = 10;

/** A server of the pair, which is killed and started again. */
class KilledServer {
  readonly queryAddress: string;
  readonly #args: readonly string[];
  #child: Deno.ChildProcess | undefined;

  constructor(port: number, joined: number, directory: string) {
    this.queryAddress = `127.0.0.1:${port + 1}`;
    const join = ["--join", `127.0.0.1:${joined}`];
    this.#args = ["server", "--port", `${port}`, "--actors", "1", "--json"]
      .concat("--data-dir", directory, port < joined ? [] : join, "--log-level", "error");
  }

  async start(): Promise<void> {
    const child = this.#child = spawnCmud(this.#args);
    child.stderr.pipeTo(new WritableStream()).catch(() => {});
    const reader = child.stdout.getReader();
    await reader.read();
    reader.releaseLock();
    child.stdout.pipeTo(new WritableStream()).catch(() => {});
  }

  async kill(signal: Deno.Signal = "SIGKILL"): Promise<void> {
    this.#child?.kill(signal);
    await this.#child?.status;
    this.#child = undefined;
  }
}

/** Lets the crowd play. */
export async function playCrowd(options: CrowdOptions): Promise<CrowdFigures> {
  const { bots: count, seconds, everyMs, killEveryMs } = options;
  using directory = new TempDirectory();
  const port = freePorts(4);
  const servers = [
    new KilledServer(port, port + 2, `${directory.path}/a`),
    new KilledServer(port + 2, port, `${directory.path}/b`),
  ];
  const hosts: HostProcess[] = [];
  try {
    for (const server of servers) await server.start();
    const addresses = servers.map(({ queryAddress }) => queryAddress);
    for (const list of [addresses, addresses.toReversed()]) {
      const doors = ["--telnet", "127.0.0.1:0", "--max-per-address", "4096"];
      hosts.push(await startHostProcess(...doors, "--server", list.join(",")));
    }
    const bots = await enter(count, hosts.map(({ telnet }) => telnet!));
    const endMs = performance.now() + seconds * 1_000;
    const killing = kill(servers, killEveryMs, endMs);
    await Promise.all(bots.map(async (bot, i) => {
      await sleep(everyMs * i / count);
      while (performance.now() < endMs) {
        const startMs = performance.now();
        await bot.act();
        await sleep(Math.max(0, startMs + everyMs - performance.now()));
      }
    }));
    const figures = await settle(bots, await killing);
    await Promise.all(bots.map((bot) => bot.leave()));
    return figures;
  } finally {
    for (const host of hosts) await host.stop();
    for (const server of servers) await server.kill("SIGTERM");
  }
}

async function enter(count: number, doors: readonly string[]): Promise<Bot[]> {
  const bots: Bot[] = [];
  const numbers = Array.from({ length: count }, (_, i) => i).values();
  await Promise.all(Array.from({ length: enteringMax }, async () => {
    for (const i of numbers) {
      bots.push(await Bot.enter(`bot${i}`, doors[i % doors.length], new Prng(i + 1)));
    }
  }));
  return bots;
}

/** Kills one server after the other, and starts it again. @returns when. */
async function kill(
  servers: readonly KilledServer[],
  everyMs: number,
  endMs: number,
): Promise<number[]> {
  for (const killedAtMs: number[] = [];;) {
    await sleep(killedAtMs.length === 0 ? everyMs / 2 : everyMs);
    // What is killed has to be back for the other one to be killed.
    if (performance.now() > endMs - everyMs / 4) return killedAtMs;
    const server = servers[killedAtMs.length % servers.length];
    killedAtMs.push(performance.now());
    await server.kill();
    await sleep(everyMs / 10);
    await server.start();
  }
}

/** So long servers may take to tell each other all, on a machine that has much else to do. */
const settleMs = 60_000;

/** What each bot owns, once that is what it was told, or for good something else. */
async function settledCoins(bots: readonly Bot[]): Promise<number[]> {
  const startMs = performance.now();
  const coins: number[] = [];
  let asked = bots.map((_, i) => i);
  while (asked.length > 0) {
    await sleep(2_000);
    await Promise.all(asked.map(async (i) => void (coins[i] = await bots[i].coins())));
    asked = asked.filter((i) => coins[i] !== bots[i].found - bots[i].spent);
    if (performance.now() - startMs > settleMs) break;
    // Of an attempt that nobody was told of, there is nothing to wait for.
    asked = asked.filter((i) => bots[i].unknown === 0);
  }
  return coins;
}

async function settle(bots: readonly Bot[], killedAtMs: readonly number[]): Promise<CrowdFigures> {
  const coins = await settledCoins(bots);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  const wrong = bots.flatMap(({ name, found, spent, unknown }, i) => {
    const difference = coins[i] - (found - spent);
    return difference === 0 || unknown > 0
      ? []
      : [`${name} has ${coins[i]}, found ${found} and spent ${spent}`];
  });
  return {
    waits: bots.flatMap(({ waits }) => waits),
    killedAtMs,
    troubles: sum(bots.map(({ troubles }) => troubles)),
    told: sum(bots.map(({ found, spent }) => found - spent)),
    owned: sum(coins),
    unknown: sum(bots.map(({ unknown }) => unknown)),
    wrong,
  };
}
