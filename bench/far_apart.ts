import { Client, FixedRouter } from "../kvclient/mod.ts";
import { pause, realEnvironment } from "../rpc/mod.ts";
import { startServerProcess } from "./server_process.ts";
import { measureVisibility, type Visibility } from "./visibility.ts";

/** What `measureVisibilityFarApart` is told. */
export interface FarApartOptions {
  /** One-way time between the servers. */
  latencyMs: number;
  puts: number;
  /** Of each server, if it is not to choose. */
  threads?: number;
  /** Ends it when it is aborted. */
  signal?: AbortSignal;
}

/** Query actors of each server. */
const queryActorCount = 2;

/** How long a Put, or the servers' getting to know each other, may take. */
const timeoutMs = 10_000;

/** Time to visibility in and between two servers that are so far apart. */
export async function measureVisibilityFarApart(
  { latencyMs, puts, threads, signal }: FarApartOptions,
): Promise<Visibility> {
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
      return await measureVisibility(servers, { puts, everyMs: 35, askEveryMs: 5, timeoutMs });
    } finally {
      await Promise.all(servers.flat().map((client) => client.close()));
      await there.stop();
    }
  } finally {
    await here.stop();
  }
}

/** Resolves when all have the state, and what one takes reaches the others. */
async function ready(clients: readonly Client[]): Promise<void> {
  const startMs = performance.now();
  while (
    !(await Promise.all(clients.map((client) => client.stats()))).every(({ ready }) => ready)
  ) {
    if (performance.now() - startMs > timeoutMs) throw new Error("The servers do not get ready");
    await pause(realEnvironment, 20);
  }
  await measureVisibility([clients], { puts: 1, everyMs: 0, askEveryMs: 5, timeoutMs });
}
