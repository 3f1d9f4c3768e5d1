import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { Server, type ServerOptions } from "../../kvserver/mod.ts";
import { assertEquals, assertLessOrEqual } from "../deps.ts";
import { until } from "../support/until.ts";

/** Servers on free ports of this machine, and a client for each of their query actors. */
export class Cluster implements AsyncDisposable {
  readonly servers: Server[] = [];
  /** By server, then by query actor. */
  readonly clients: Client[][] = [];

  /** Starts servers, each of which but the first joins the first. */
  static async start(
    serverCount: number,
    options: ServerOptions | ((i: number) => ServerOptions) = {},
  ): Promise<Cluster> {
    const cluster = new Cluster();
    try {
      for (let i = 0; i < serverCount; i++) {
        await cluster.add(typeof options === "function" ? options(i) : options);
      }
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  /** Starts one more server; it joins the first unless `options` say otherwise. */
  async add(options: ServerOptions = {}): Promise<Server> {
    const server = await Server.start({
      startPort: 0,
      queryActorCount: 1,
      remoteDescs: this.servers.slice(0, 1).map(({ description }) => description),
      ...options,
    });
    this.servers.push(server);
    this.clients.push(
      server.queryAddresses.map((address) =>
        new Client(new FixedRouter(address), { timeoutMs: 30_000 })
      ),
    );
    return server;
  }

  /** Ends one of them. */
  async remove(server: Server): Promise<void> {
    const i = this.servers.indexOf(server);
    const [clients] = this.clients.splice(i, 1);
    this.servers.splice(i, 1);
    await Promise.all(clients.map((client) => client.close()));
    await server.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.clients.flat().map((client) => client.close()));
    await Promise.all(this.servers.map((server) => server.close()));
  }

  /** Resolves when each server has the state and syncs with all others. @returns the milliseconds. */
  async ready(timeoutMs?: number): Promise<number> {
    const startMs = performance.now();
    await until("all are ready", () => this.servers.every((server) => server.stats().ready), {
      timeoutMs,
    });
    await Promise.all(this.clients.map(([client], i) => client.put(`ready/${i}`, "yes")));
    await until("each hears all others", async () => {
      const lists = await this.lists("ready/");
      return lists.every(({ size }) => size === this.servers.length);
    }, { timeoutMs });
    return performance.now() - startMs;
  }

  /** What every replica holds: nobody puts anything but text here. */
  lists(prefix = ""): Promise<Map<string, string>[]> {
    const lists = this.clients.flat().map((client) => client.list(prefix));
    return Promise.all(lists as Promise<Map<string, string>>[]);
  }

  /**
   * Resolves when all replicas hold the same. While nobody puts, that is for ever: each holds at
   * least what it took itself.
   *
   * @returns what they hold, and after how many milliseconds
   */
  async agree(
    { timeoutMs, prefix }: { timeoutMs?: number; prefix?: string } = {},
  ): Promise<{ entries: Map<string, string>; tookMs: number }> {
    let lists: Map<string, string>[] = [];
    try {
      const tookMs = await until("all replicas hold the same", async () => {
        lists = await this.lists(prefix);
        return lists.every((list) => isSame(list, lists[0]));
      }, { timeoutMs, everyMs: 20 });
      return { entries: lists[0], tookMs };
    } catch (error) {
      for (const list of lists) assertSame(list, lists[0], `${error}`);
      throw error;
    }
  }

  /** Resolves when all replicas hold the same; asserts that it is `expected`. @returns as `agree`. */
  async converge(
    expected: ReadonlyMap<string, string>,
    options: { timeoutMs?: number; prefix?: string } = {},
  ): Promise<number> {
    const { entries, tookMs } = await this.agree(options);
    assertSame(entries, expected);
    return tookMs;
  }

  /** The sum of one of the servers' figures. */
  sum(figure: "bytesSent" | "remoteBytesReceived" | "messagesDropped" | "repairs"): number {
    return this.servers.reduce((sum, server) => sum + server.stats()[figure], 0);
  }

  /** Asserts that no actor ever sent more than ten messages a second to another one. */
  expectPace(): void {
    for (const server of this.servers) assertLessOrEqual(server.stats().maxMessageRate, 10);
  }

  /** Resolves when no actor has sent anything for a while: clients must not ask meanwhile. */
  async quiet(timeoutMs?: number): Promise<void> {
    let bytes = NaN;
    let sinceMs = performance.now();
    await until("nothing is sent any more", () => {
      const nowMs = performance.now();
      const sum = this.sum("bytesSent") + this.sum("remoteBytesReceived");
      if (sum !== bytes) [bytes, sinceMs] = [sum, nowMs];
      return nowMs - sinceMs > 300;
    }, { timeoutMs });
  }
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

/** Says how many entries differ, and what a few of them are. */
function assertSame(
  found: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string>,
  message?: string,
): void {
  const keys = new Set([...found.keys(), ...expected.keys()]);
  const different = [...keys].filter((key) => found.get(key) !== expected.get(key)).sort();
  const few = different.slice(0, 5);
  const valuesIn = (entries: ReadonlyMap<string, string>) =>
    Object.fromEntries(few.map((key) => [key, entries.get(key)]));
  assertEquals(valuesIn(found), valuesIn(expected), message);
}
