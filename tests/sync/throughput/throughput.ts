import { Client, FixedRouter } from "../../../kvclient/mod.ts";
import { MsgpackWriter, pause, realEnvironment } from "../../../rpc/mod.ts";
import { cmudProtocol, refusableProtocol } from "../../../bench/cmud_protocol.ts";
import { LoadConnection } from "../../../bench/load_connection.ts";
import { measureVisibility, type ServerProcess, startServerProcess } from "../../../bench/mod.ts";

/** What is put, and where. */
export interface ThroughputOptions {
  servers: number;
  /** Of all servers together; each takes its share. */
  bytesPerSecond: number;
  seconds: number;
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
  isEqual: boolean;
  /** Processor time of all servers while there were Puts: 1 is a whole core. */
  cpuShare: number;
  /** The most memory that one of the servers had at hand. */
  rssBytes: number;
  maxMessageRate: number;
}

const valueBytes = 1_024;
/** Puts of one batch. */
const batchPuts = 64;
/** Keys of each server: far more than are put between two messages. */
const keysPerServer = 30_000;
/** A Put that takes longer to show ends the run. */
const shownWithinMs = 120_000;

/** Starts a cluster, puts, and waits until all is equal. */
export async function measureThroughput(
  { servers, bytesPerSecond, seconds, maxLagSeconds }: ThroughputOptions,
): Promise<Throughput> {
  await using ends = new AsyncDisposableStack();
  const args = maxLagSeconds > 0 ? ["--max-lag", `${maxLagSeconds}s`] : [];
  const cluster: ServerProcess[] = [];
  for (let i = 0; i < servers; i++) {
    const join = cluster.slice(0, 1).flatMap(({ systemAddress }) => ["--join", systemAddress]);
    const server = await startServerProcess({ queryActorCount: 1, args: [...args, ...join] });
    ends.defer(() => server.stop());
    cluster.push(server);
  }
  const clients = cluster.map(({ addresses: [address] }) =>
    new Client(new FixedRouter(address), { timeoutMs: shownWithinMs })
  );
  ends.defer(async () => void await Promise.all(clients.map((client) => client.close())));
  // All know each other once what each takes is seen on all.
  await probe(clients, servers, 0);

  const loads = cluster.map((server, i) => new Load(server, i));
  const memory = new PeakMemory(cluster);
  const cpuBefore = await cpuSeconds(cluster);
  const startMs = performance.now();
  const puts = loads.map((load) => load.run(bytesPerSecond / servers / valueBytes, seconds));
  const lags = probe(clients, seconds * 4, 250);
  await Promise.all(puts);
  const endMs = performance.now();
  const cpuShare = (await cpuSeconds(cluster) - cpuBefore) / (endMs - startMs) * 1_000;
  await Promise.all(clients.map((client) => settled(client)));
  const equalMs = performance.now();
  const lagsMs = await lags;
  const stats = await Promise.all(clients.map((client) => client.stats()));
  const taken = loads.reduce((sum, { taken }) => sum + taken, 0);
  return {
    puts: taken,
    refused: loads.reduce((sum, { refused }) => sum + refused, 0),
    takenPerSecond: taken * valueBytes / (endMs - startMs) * 1_000,
    lagsMs,
    equalAfterMs: equalMs - endMs,
    isEqual: await areEqual(clients),
    cpuShare,
    rssBytes: await memory.end(),
    maxMessageRate: Math.max(...stats.map(({ maxMessageRate }) => Number(maxMessageRate))),
  };
}

/** Puts at a pace; what it falls behind it does not make up for. */
class Load {
  taken = 0;
  refused = 0;
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

  async run(perSecond: number, seconds: number): Promise<void> {
    let refused = 0;
    const protocol = refusableProtocol(() => refused++);
    const connection = await LoadConnection.open(this.#server.addresses[0], { protocol });
    const endMs = performance.now() + seconds * 1_000;
    let dueMs = performance.now();
    for (let i = 0; performance.now() < endMs; i++) {
      refused = 0;
      await connection.exchange(this.#batches[i % this.#batches.length], batchPuts);
      this.refused += refused;
      this.taken += batchPuts - refused;
      const nowMs = performance.now();
      dueMs = Math.max(dueMs + batchPuts / perSecond * 1_000, nowMs - 100);
      if (dueMs > nowMs) await pause(realEnvironment, dueMs - nowMs);
    }
    connection.close();
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

async function cpuSeconds(cluster: readonly ServerProcess[]): Promise<number> {
  const counters = await Promise.all(cluster.map((server) => server.counters()));
  return counters.reduce((sum, counter) => sum + (counter?.cpuSeconds ?? NaN), 0);
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
