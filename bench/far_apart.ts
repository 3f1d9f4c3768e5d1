import { Client, FixedRouter } from "../kvclient/mod.ts";
import { pause, realEnvironment } from "../rpc/mod.ts";
import { startServerProcess } from "./server_process.ts";
import { measureVisibility, type Visibility, type VisibilityOptions } from "./visibility.ts";

/** What `measureVisibilityFarApart` is told. */
export interface FarApartOptions {
  /** One-way time between the servers. */
  latencyMs: number;
  /** Puts of each kind, and at each place of a row. */
  puts: number;
  /** Of each server, if it is not to choose. */
  threads?: number;
  /** Ends it when it is aborted. */
  signal?: AbortSignal;
}

/** What was found of Puts of one kind. */
export interface FarApart extends Visibility {
  /** What the Puts are like. */
  puts: string;
  /** The most messages of one actor to another one in a second, until then. */
  maxMessageRate: number;
}

/** How Puts are made, and what those at each place of a round are called. */
const kinds: readonly (Pick<VisibilityOptions, "everyMs" | "atMs"> & { names: string[] })[] = [
  { everyMs: 500, atMs: [0], names: ["alone"] },
  { everyMs: 500, atMs: [0, 25, 50], names: ["first of 3", "second of 3", "third of 3"] },
  { everyMs: 10, atMs: [0], names: ["constant"] },
];

/** Query actors of each server. */
const queryActorCount = 2;

/** Puts before those that count. */
const warmUp = { rounds: 200, everyMs: 20 };

/** How long a Put, or the servers' getting to know each other, may take. */
const timeoutMs = 10_000;

/** Time to visibility in and between two servers that are so far apart: of each kind of Puts, and place in a row. */
export async function* measureVisibilityFarApart(
  { latencyMs, puts, threads, signal }: FarApartOptions,
): AsyncGenerator<FarApart> {
  const args = ["--simulate-latency", String(latencyMs)];
  const here = await startServerProcess({ queryActorCount, threads, args, signal });
  try {
    const join = ["--join", here.systemAddress];
    const there = await startServerProcess({
      queryActorCount,
      threads,
      args: [...args, ...join],
      signal,
    });
    const servers = [here, there].map(({ addresses }) =>
      addresses.map((address) => new Client(new FixedRouter(address)))
    );
    try {
      await ready(servers.flat());
      for (const { names, ...pace } of kinds) {
        const found = await measureVisibility(servers, { rounds: puts, ...pace, timeoutMs });
        const rates = await Promise.all(servers.map(([client]) => client.stats()));
        const maxMessageRate = Math.max(...rates.map((stats) => Number(stats.maxMessageRate)));
        for (const [turn, visibility] of found.entries()) {
          yield { puts: names[turn], maxMessageRate, ...visibility };
        }
      }
    } finally {
      await Promise.all(servers.flat().map((client) => client.close()));
      await there.stop();
    }
  } finally {
    await here.stop();
  }
}

/**
 * Resolves when all have the state, and what one takes reaches the others, and has done so for a while: code that
 * has hardly run is slow, and servers that are asked for anything have mostly run for longer.
 */
async function ready(clients: readonly Client[]): Promise<void> {
  const startMs = performance.now();
  while (
    !(await Promise.all(clients.map((client) => client.stats()))).every(({ ready }) => ready)
  ) {
    if (performance.now() - startMs > timeoutMs) throw new Error("The servers do not get ready");
    await pause(realEnvironment, 20);
  }
  await measureVisibility([clients], { ...warmUp, timeoutMs });
}
