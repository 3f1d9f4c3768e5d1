import { Client, FixedRouter } from "../../../kvclient/mod.ts";
import { pause, realEnvironment } from "../../../rpc/mod.ts";
import { machineBusySeconds, ownCpuSeconds } from "../../../bench/process_counters.ts";
import { measureVisibility, type ServerProcess, startServerProcess } from "../../../bench/mod.ts";
import { Load, valueBytes } from "./load.ts";
import { missingBytes } from "./missing.ts";
import { PeakFigures, type Peaks } from "./peak_figures.ts";
import { SlowedProcess } from "./slowed_process.ts";

/** What is measured. */
export interface ThroughputOptions {
  servers: number;
  /** Further arguments of each server. */
  args?: readonly string[];
  /** Connections of the load to each server. Default: one. */
  connections?: number;
  /** The part of the time in which the last server runs: below 1, which is the default, nobody puts there. */
  lastRuns?: number;
}

/** What was found. */
export interface Throughput {
  /** Puts that were taken, and refused. */
  puts: number;
  refused: number;
  takenPerSecond: number;
  /** From Puts of single keys, made meanwhile, until those who watch another server are told. */
  lagsMs: number[];
  /** By server: what was put elsewhere and it did not show at the end of the Puts. */
  missing: Missing[];
  /** From the last Put until no server lacks anything. */
  equalAfterMs: number;
  /** Processor time while there were Puts: 1 is a whole core. */
  cpu: ProcessorShares;
  peaks: Peaks;
  maxMessageRate: number;
}

/** What a server lacks. */
export interface Missing {
  readonly bytes: number;
  /** What it was sent a second while there were Puts. */
  readonly receivedPerSecond: number;
}

/** Who took how much of the processor; 1 is a whole core. */
export interface ProcessorShares {
  /** All servers together. */
  readonly servers: number;
  /** This process, which puts. */
  readonly load: number;
  /** All that ran on the machine; `NaN` elsewhere than on Linux. */
  readonly busy: number;
}

/** A Put that takes longer to show ends the run. */
const shownWithinMs = 120_000;
/** From one Put of a single key to the next. */
const probeEveryMs = 250;

/** Servers that know each other, one query actor each, and who puts at all of them. */
export class LoadedCluster implements AsyncDisposable {
  #servers: ServerProcess[] = [];
  #clients: Client[] = [];
  #loads: Load[] = [];
  #connections: number;
  #slowed: SlowedProcess | undefined;

  private constructor({ connections = 1 }: ThroughputOptions) {
    this.#connections = connections;
  }

  /** Resolves when what each server takes is seen on all. */
  static async start(options: ThroughputOptions): Promise<LoadedCluster> {
    const { servers, args = [], lastRuns = 1 } = options;
    const cluster = new LoadedCluster(options);
    // Servers of others on the same machine, which look for their own on a port that is one of these now, stay out.
    const name = ["--cluster", `throughput-${crypto.randomUUID()}`];
    try {
      for (let i = 0; i < servers; i++) await cluster.#add([...name, ...args]);
      await probe(cluster.#clients, servers, 0);
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    if (lastRuns < 1) {
      cluster.#slowed = new SlowedProcess(cluster.#servers.at(-1)!.pid, lastRuns);
      cluster.#loads.pop();
    }
    return cluster;
  }

  async #add(args: readonly string[]): Promise<void> {
    const first = this.#servers.slice(0, 1);
    const join = first.flatMap(({ systemAddress }) => ["--join", systemAddress]);
    const server = await startServerProcess({ queryActorCount: 1, args: [...args, ...join] });
    this.#loads.push(new Load(server.addresses[0], this.#servers.length));
    this.#servers.push(server);
    const router = new FixedRouter(server.addresses[0]);
    this.#clients.push(new Client(router, { timeoutMs: shownWithinMs }));
  }

  /** Puts for a while, so many bytes a second in all, and waits until no server lacks anything. */
  async measure(bytesPerSecond: number, seconds: number): Promise<Throughput> {
    const peaks = new PeakFigures(this.#servers, this.#clients);
    const [before, receivedBefore] = await Promise.all([this.#cpuSeconds(), this.#received()]);
    const startMs = performance.now();
    const perSecond = bytesPerSecond / this.#loads.length / valueBytes;
    const puts = this.#loads.map((load) => load.run(perSecond, seconds, this.#connections));
    const lags = probe(this.#clients, seconds * 1_000 / probeEveryMs, probeEveryMs);
    const counts = await Promise.all(puts);
    const endMs = performance.now();
    const [missing, received, after] = await Promise.all([
      missingBytes(this.#clients, this.#loads),
      this.#received(),
      this.#cpuSeconds(),
    ]);
    const lagsMs = await lags;
    const equalMs = await this.#equalMs();
    const stats = await Promise.all(this.#clients.map((client) => client.stats()));
    const tookSeconds = (endMs - startMs) / 1_000;
    const share = (of: keyof ProcessorShares) => (after[of] - before[of]) / tookSeconds;
    const taken = counts.reduce((sum, { taken }) => sum + taken, 0);
    return {
      puts: taken,
      refused: counts.reduce((sum, { refused }) => sum + refused, 0),
      takenPerSecond: taken * valueBytes / tookSeconds,
      lagsMs,
      missing: missing.map((bytes, i) => ({
        bytes,
        receivedPerSecond: (received[i] - receivedBefore[i]) / tookSeconds,
      })),
      equalAfterMs: equalMs - endMs,
      cpu: { servers: share("servers"), load: share("load"), busy: share("busy") },
      peaks: await peaks.end(),
      maxMessageRate: Math.max(...stats.map(({ maxMessageRate }) => Number(maxMessageRate))),
    };
  }

  /** What each server was sent by the others until now, in bytes. */
  async #received(): Promise<number[]> {
    const stats = await Promise.all(this.#clients.map((client) => client.stats()));
    return stats.map(({ remoteBytesReceived }) => Number(remoteBytesReceived));
  }

  /** Resolves, when all servers hold the same, with when nothing waited for any of them. */
  async #equalMs(): Promise<number> {
    for (;;) {
      await Promise.all(this.#clients.map((client) => settled(client)));
      const nowMs = performance.now();
      if (await this.#isEqual()) return nowMs;
    }
  }

  /** Whether all servers hold the same writes. */
  async #isEqual(): Promise<boolean> {
    const totals = await Promise.all(this.#clients.map((client) => client.digest({}, 1)));
    return totals.every(([{ digest }]) => digest === totals[0][0].digest);
  }

  /** Processor time until now, in seconds. */
  async #cpuSeconds(): Promise<ProcessorShares> {
    const [servers, busy] = await Promise.all([
      Promise.all(this.#servers.map((server) => server.counters())),
      machineBusySeconds(),
    ]);
    return {
      servers: servers.reduce((sum, counters) => sum + (counters?.cpuSeconds ?? NaN), 0),
      load: ownCpuSeconds(),
      busy: busy ?? NaN,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#slowed?.[Symbol.asyncDispose]();
    await Promise.all(this.#clients.map((client) => client.close()));
    await Promise.all(this.#servers.map((server) => server.stop()));
  }
}

/** Puts single keys and watches the other servers. Those that are refused do not count. */
async function probe(
  clients: readonly Client[],
  rounds: number,
  everyMs: number,
): Promise<number[]> {
  const options = { rounds, everyMs, timeoutMs: shownWithinMs, mayBeRefused: true };
  const [{ remoteMs }] = await measureVisibility(clients.map((client) => [client]), options);
  return remoteMs;
}

/** Resolves when nothing waits for other servers, as this one knows. */
async function settled(client: Client): Promise<void> {
  for (;;) {
    const { pendingBytes, oldestPendingMs } = await client.stats();
    if (pendingBytes === 0 && oldestPendingMs === 0) return;
    await pause(realEnvironment, 20);
  }
}
