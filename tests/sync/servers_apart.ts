import { fill, keyBytes, keyOf, type ServerProcess, startServerProcess } from "../../bench/mod.ts";
import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { freePorts } from "../support/ports.ts";
import { sleep, until } from "../support/until.ts";
import { Proxy } from "./proxy.ts";

/** Two servers that hold the same, of which one takes more while the other one does not hear it. */
export interface ApartOptions {
  /** Keys that both have. */
  readonly keys: number;
  /** One way. */
  readonly latencyMs: number;
}

/** What it took until both were equal again. */
export interface ApartFigures {
  /** From the moment at which the network is whole, or the other server says that it is there. */
  readonly agreedMs: number;
  /** From the moment at which one of them has dialed the other. */
  readonly sinceDialedMs: number;
  /** All that has passed between them by then, and shortly after. */
  readonly sentBytes: number;
  /** Of that, what finds out which entries differ. */
  readonly reconcileBytes: number;
}

/** It takes no longer, however busy the machine is. */
const patienceMs = 120_000;

/** What is sent once both are equal belongs to it too: what they have seen, that nothing is left to say. */
const afterMs = 3_000;

/** A pair of servers in processes of their own, which reach each other by ways that can be cut. */
export class ServersApart implements AsyncDisposable {
  #options: ApartOptions;
  #ends = new AsyncDisposableStack();
  #sides: readonly Side[];
  #round = 0;

  private constructor(options: ApartOptions) {
    this.#options = options;
    this.#sides = [new Side(this.#ends, options), new Side(this.#ends, options)];
  }

  /** Starts them, with all keys on both. */
  static async start(options: ApartOptions): Promise<ServersApart> {
    const pair = new ServersApart(options);
    try {
      const [first, second] = pair.#sides;
      await first.start();
      await fill(first.server, options.keys);
      await second.start(first);
      await until("both hold all", async () => await second.count() === options.keys, {
        timeoutMs: patienceMs,
        everyMs: 200,
      });
      return pair;
    } catch (error) {
      await pair[Symbol.asyncDispose]();
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#ends.disposeAsync();
  }

  /**
   * The ways are cut for a moment: what is put meanwhile waits.
   *
   * @param apart so many entries are put: half of them are new, half of them are there, spread evenly
   */
  async afterCut(apart: number, valueBytes: number): Promise<ApartFigures> {
    const [first, second] = this.#sides;
    for (const { way } of this.#sides) way.cut();
    const put = await this.#put(first, apart, valueBytes);
    return await this.#untilEqual(second, put, () => {
      for (const { way } of this.#sides) way.mend();
      return Promise.resolve();
    });
  }

  /** One of them is down meanwhile, and starts again with its data. */
  async afterRestart(apart: number, valueBytes: number): Promise<ApartFigures> {
    const [first, second] = this.#sides;
    await second.stop();
    const put = await this.#put(first, apart, valueBytes);
    return await this.#untilEqual(second, put, () => second.start(first));
  }

  /** @returns what the keys hold then that were put. */
  async #put(side: Side, apart: number, valueBytes: number): Promise<Map<string, string>> {
    const { keys } = this.#options;
    const value = `${++this.#round} `.padEnd(valueBytes, "x");
    const put = new Map(Array.from({ length: apart }, (_, i) => {
      const key = keyOf(Math.floor(keys * i / apart), keyBytes);
      return [i % 2 === 0 ? `${key}n` : key, value] as const;
    }));
    await Promise.all([...put].map(([key, value]) => side.client.put(key, value)));
    return put;
  }

  async #untilEqual(
    side: Side,
    put: ReadonlyMap<string, string>,
    begin: () => Promise<void>,
  ): Promise<ApartFigures> {
    const before = await this.#reconcileBytes();
    for (const { way } of this.#sides) way.beginCount();
    await begin();
    const beganMs = performance.now();
    const lacking = new Map(put);
    await until("both are equal", async () => {
      await Promise.all(Array.from(lacking, async ([key, value]) => {
        if (await side.client.get(key) === value) lacking.delete(key);
      }));
      return lacking.size === 0;
    }, { timeoutMs: patienceMs });
    const agreedMs = performance.now() - beganMs;
    await sleep(afterMs);
    const ways = this.#sides.map(({ way }) => way);
    return {
      agreedMs,
      sinceDialedMs: beganMs + agreedMs -
        Math.min(...ways.map(({ firstJoinedMs }) => firstJoinedMs)),
      sentBytes: ways.reduce((sum, { passedBytes }) => sum + passedBytes, 0),
      // Each message is counted by who sends it and by who receives it.
      reconcileBytes: (await this.#reconcileBytes() - before) / 2,
    };
  }

  /** What both have sent and received to find out what differs, since each was started. */
  async #reconcileBytes(): Promise<number> {
    const started = this.#sides.filter(({ isStarted }) => isStarted);
    const stats = await Promise.all(started.map(({ client }) => client.stats()));
    return stats.reduce((sum, { reconcileBytes }) => sum + Number(reconcileBytes), 0);
  }
}

/** One of both: a server, be it this one or the next on the same data, and the way to it. */
class Side {
  readonly way: Proxy;
  #port = freePorts(2);
  #directory = Deno.makeTempDirSync();
  #latencyMs: number;
  #running: { server: ServerProcess; client: Client } | undefined;

  constructor(ends: AsyncDisposableStack, { latencyMs }: ApartOptions) {
    ends.defer(() => Deno.removeSync(this.#directory, { recursive: true }));
    this.#latencyMs = latencyMs;
    this.way = ends.use(new Proxy());
    this.way.target = `127.0.0.1:${this.#port}`;
    ends.defer(() => this.stop());
  }

  get isStarted(): boolean {
    return this.#running !== undefined;
  }

  get server(): ServerProcess {
    return this.#running!.server;
  }

  get client(): Client {
    return this.#running!.client;
  }

  async start(other?: Side): Promise<void> {
    const join = other === undefined ? [] : ["--join", other.way.address];
    const args = [
      ...["--port", String(this.#port), "--advertise", this.way.address],
      ...["--data-dir", this.#directory, "--simulate-latency", String(this.#latencyMs)],
      ...join,
    ];
    const server = await startServerProcess({ queryActorCount: 1, args });
    const router = new FixedRouter(server.addresses[0]);
    this.#running = { server, client: new Client(router, { timeoutMs: patienceMs }) };
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.client.close();
    await running?.server.stop();
  }

  async count(): Promise<number> {
    return await this.client.count("");
  }
}
