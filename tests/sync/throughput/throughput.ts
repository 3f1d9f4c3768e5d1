import { Client, FixedRouter } from "../../../kvclient/mod.ts";
import { MsgpackWriter, pause, realEnvironment } from "../../../rpc/mod.ts";
import { cmudProtocol, refusableProtocol } from "../../../bench/cmud_protocol.ts";
import { LoadConnection } from "../../../bench/load_connection.ts";
import { machineBusySeconds, ownCpuSeconds } from "../../../bench/process_counters.ts";
import { measureVisibility, type ServerProcess, startServerProcess } from "../../../bench/mod.ts";

/** What is measured. */
export interface ThroughputOptions {
  servers: number;
  /** `--max-lag` of the servers; 0: none. */
  maxLagSeconds: number;
}

/** What was found. */
export interface Throughput {
  /** Puts that were taken, and refused. */
  puts: number;
  refused: number;
  takenPerSecond: number;
  /** From Puts of single keys, made meanwhile, until those who watch another server are told. */
  lagsMs: number[];
  /** From the last Put until no server lacks anything. */
  equalAfterMs: number;
  /** Processor time while there were Puts: 1 is a whole core. */
  cpu: ProcessorShares;
  /** The most memory that one of the servers had at hand. */
  rssBytes: number;
  maxMessageRate: number;
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

/** Bytes of a value. */
export const valueBytes = 1_024;
/** Puts of one batch. */
const batchPuts = 64;
/** Keys of each server: far more than are put between two messages. */
const keysPerServer = 30_000;
/** A Put that takes longer to show ends the run. */
const shownWithinMs = 120_000;

/** Servers that know each other, one query actor each, and who puts at all of them. */
export class LoadedCluster implements AsyncDisposable {
  #servers: ServerProcess[] = [];
  #clients: Client[] = [];
  #loads: Load[] = [];

  /** Resolves when what each server takes is seen on all. */
  static async start({ servers, maxLagSeconds }: ThroughputOptions): Promise<LoadedCluster> {
    const cluster = new LoadedCluster();
    // Servers of others on the same machine, which look for their own on a port that is one of these now, stay out.
    const name = ["--cluster", `throughput-${crypto.randomUUID()}`];
    const args = [...name, ...maxLagSeconds > 0 ? ["--max-lag", `${maxLagSeconds}s`] : []];
    try {
      for (let i = 0; i < servers; i++) await cluster.#add(args);
      await probe(cluster.#clients, servers, 0);
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  async #add(args: readonly string[]): Promise<void> {
    const first = this.#servers.slice(0, 1);
    const join = first.flatMap(({ systemAddress }) => ["--join", systemAddress]);
    const server = await startServerProcess({ queryActorCount: 1, args: [...args, ...join] });
    this.#loads.push(new Load(server, this.#servers.length));
    this.#servers.push(server);
    const router = new FixedRouter(server.addresses[0]);
    this.#clients.push(new Client(router, { timeoutMs: shownWithinMs }));
  }

  /** Puts for a while, so many bytes a second in all, and waits until no server lacks anything. */
  async measure(bytesPerSecond: number, seconds: number): Promise<Throughput> {
    const memory = new PeakMemory(this.#servers);
    const before = await this.#cpuSeconds();
    const startMs = performance.now();
    const perSecond = bytesPerSecond / this.#servers.length / valueBytes;
    const puts = this.#loads.map((load) => load.run(perSecond, seconds));
    const lags = probe(this.#clients, seconds * 4, 250);
    const counts = await Promise.all(puts);
    const endMs = performance.now();
    const after = await this.#cpuSeconds();
    await Promise.all(this.#clients.map((client) => settled(client)));
    const equalMs = performance.now();
    const lagsMs = await lags;
    const stats = await Promise.all(this.#clients.map((client) => client.stats()));
    const tookSeconds = (endMs - startMs) / 1_000;
    const share = (of: keyof ProcessorShares) => (after[of] - before[of]) / tookSeconds;
    const taken = counts.reduce((sum, { taken }) => sum + taken, 0);
    return {
      puts: taken,
      refused: counts.reduce((sum, { refused }) => sum + refused, 0),
      takenPerSecond: taken * valueBytes / tookSeconds,
      lagsMs,
      equalAfterMs: equalMs - endMs,
      cpu: { servers: share("servers"), load: share("load"), busy: share("busy") },
      rssBytes: await memory.end(),
      maxMessageRate: Math.max(...stats.map(({ maxMessageRate }) => Number(maxMessageRate))),
    };
  }

  /** Whether all servers hold the same writes. */
  isEqual(): Promise<boolean> {
    return areEqual(this.#clients);
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
    await Promise.all(this.#clients.map((client) => client.close()));
    await Promise.all(this.#servers.map((server) => server.stop()));
  }
}

/** Puts that were taken, and refused. */
interface PutCounts {
  readonly taken: number;
  readonly refused: number;
}

/** Puts at a pace; what it falls behind it does not make up for. */
class Load {
  #server: ServerProcess;
  #batches: Uint8Array[];

  constructor(server: ServerProcess, number: number) {
    this.#server = server;
    this.#batches = Array.from({ length: keysPerServer / batchPuts }, (_, batch) => {
      const writer = new MsgpackWriter(batchPuts * (valueBytes + 64));
      for (let i = 0; i < batchPuts; i++) {
        const key = `load/${number}/${batch * batchPuts + i}`;
        cmudProtocol.writeRequest(writer, i, "Put", key, "v".repeat(valueBytes));
      }
      return writer.written();
    });
  }

  async run(perSecond: number, seconds: number): Promise<PutCounts> {
    let puts = 0;
    let refused = 0;
    const protocol = refusableProtocol(() => refused++);
    const connection = await LoadConnection.open(this.#server.addresses[0], { protocol });
    const endMs = performance.now() + seconds * 1_000;
    let dueMs = performance.now();
    for (let i = 0; performance.now() < endMs; i++) {
      await connection.exchange(this.#batches[i % this.#batches.length], batchPuts);
      puts += batchPuts;
      const nowMs = performance.now();
      dueMs = Math.max(dueMs + batchPuts / perSecond * 1_000, nowMs - 100);
      if (dueMs > nowMs) await pause(realEnvironment, dueMs - nowMs);
    }
    connection.close();
    return { taken: puts - refused, refused };
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

/** Whether all hold the same writes. */
async function areEqual(clients: readonly Client[]): Promise<boolean> {
  const hashes: string[] = [];
  for (const client of clients) {
    let sum = 0n;
    for await (const { key, order } of client.export("")) {
      const text = new TextEncoder().encode(JSON.stringify([key, order]));
      const hash = new BigUint64Array(await crypto.subtle.digest("SHA-256", text));
      sum = BigInt.asUintN(64, sum + hash[0]);
    }
    hashes.push(`${sum}`);
  }
  return hashes.every((hash) => hash === hashes[0]);
}

/** Looks now and then how much memory the servers have at hand. */
class PeakMemory {
  #peakBytes = 0;
  #isOver = false;
  #ended: Promise<void>;

  constructor(cluster: readonly ServerProcess[]) {
    this.#ended = this.#look(cluster);
  }

  async #look(cluster: readonly ServerProcess[]): Promise<void> {
    while (!this.#isOver) {
      for (const server of cluster) {
        this.#peakBytes = Math.max(this.#peakBytes, (await server.counters())?.rssBytes ?? NaN);
      }
      await pause(realEnvironment, 250);
    }
  }

  async end(): Promise<number> {
    this.#isOver = true;
    await this.#ended;
    return this.#peakBytes;
  }
}
