import type { Member } from "../../kvcommon/mod.ts";
import { until } from "../support/until.ts";
import { Lines } from "./lines.ts";
import type { Answer, Question } from "./questions.ts";
import { ShapedNetwork } from "./shaped_network.ts";

/** Where the servers hear each other. */
export const port = 7001;

/** How long servers take to come to know each other, at the most. */
const startMs = 30_000;

/** A server on each host of a network, all of which know each other before anything is slow, lost or cut. */
export class ShapedCluster implements AsyncDisposable {
  readonly network: ShapedNetwork;
  #hosts: Lines[] = [];

  static async start(size: number): Promise<ShapedCluster> {
    const cluster = new ShapedCluster(await ShapedNetwork.open(size));
    try {
      for (const host of cluster.hosts) await cluster.#start(host);
      await until("all know each other", async () => {
        const rows = await Promise.all(cluster.hosts.map((host) => cluster.members(host)));
        return rows.every((members) =>
          members.filter(({ state }) => state === "up").length === size - 1
        );
      }, { timeoutMs: startMs, everyMs: 100 });
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(network: ShapedNetwork) {
    this.network = network;
  }

  /** The numbers of the hosts. */
  get hosts(): readonly number[] {
    return Array.from({ length: this.network.size }, (_, i) => i + 1);
  }

  addressOf(host: number): string {
    return `${this.network.addressOf(host)}:${port}`;
  }

  async #start(host: number): Promise<void> {
    const script = new URL("host.ts", import.meta.url).pathname;
    const join = host === 1 ? [] : [this.addressOf(1)];
    const process = this.network.command(host, Deno.execPath(), {
      args: ["run", "-q", "--no-prompt", "--allow-net", "--allow-read", script].concat(
        this.network.addressOf(host),
        `${port}`,
        join,
      ),
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const lines = new Lines(process);
    this.#hosts.push(lines);
    await lines.next();
  }

  async #ask(host: number, question: Question): Promise<Answer> {
    return JSON.parse(await this.#hosts[host - 1].ask(JSON.stringify(question)));
  }

  /** Has a server take so many keys that begin so, with values of so many bytes. */
  async put(host: number, prefix: string, count: number, bytes: number): Promise<void> {
    await this.#ask(host, { ask: "put", prefix, count, bytes });
  }

  /** How many keys that begin so each of these servers has. */
  async counts(hosts: readonly number[], prefix = ""): Promise<readonly number[]> {
    const counts = hosts.map((host) => this.#ask(host, { ask: "count", prefix }));
    return await Promise.all(counts) as number[];
  }

  /** Whom a server knows. */
  async members(host: number): Promise<readonly Member[]> {
    return await this.#ask(host, { ask: "members" }) as readonly Member[];
  }

  /** How a server says that it reaches another one. */
  async stateOf(host: number, other: number): Promise<string | undefined> {
    const members = await this.members(host);
    return members.find(({ address }) => address === this.addressOf(other))?.state;
  }

  /** Resolves when these servers have so many keys that begin so. @returns the milliseconds. */
  async agree(
    hosts: readonly number[],
    prefix: string,
    count: number,
    timeoutMs: number,
  ): Promise<number> {
    let counts: readonly number[] = [];
    try {
      return await until("all have all", async () => {
        counts = await this.counts(hosts, prefix);
        return counts.every((found) => found === count);
      }, { timeoutMs, everyMs: 50 });
    } catch (error) {
      throw new Error(`They have ${counts} of ${count} keys: ${(error as Error).message}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.close()));
    await this.network[Symbol.asyncDispose]();
  }
}
