import type { ServerProcess } from "../../../bench/mod.ts";
import type { Client } from "../../../kvclient/mod.ts";
import { pause, realEnvironment } from "../../../rpc/mod.ts";

/** The most that any server of a cluster had. */
export interface Peaks {
  /** Memory that its process had at hand. */
  readonly rssBytes: number;
  /** Memory that it counts, and the bound of that. */
  readonly memoryBytes: number;
  readonly memoryMaxBytes: number;
  /** Age of the oldest entry that another server, or a query actor of its own, had not taken. */
  readonly lagMs: number;
}

/** Looks now and then how much the servers have. */
export class PeakFigures {
  #servers: readonly ServerProcess[];
  #clients: readonly Client[];
  #peaks = { rssBytes: 0, memoryBytes: 0, memoryMaxBytes: 0, lagMs: 0 };
  #isOver = false;
  #ended: Promise<void>;

  constructor(servers: readonly ServerProcess[], clients: readonly Client[]) {
    this.#servers = servers;
    this.#clients = clients;
    this.#ended = this.#look();
  }

  async #look(): Promise<void> {
    while (!this.#isOver) {
      await Promise.all(this.#servers.map((server, i) => this.#lookAt(server, this.#clients[i])));
      await pause(realEnvironment, 250);
    }
  }

  async #lookAt(server: ServerProcess, client: Client): Promise<void> {
    const [counters, stats] = await Promise.all([server.counters(), client.stats()]);
    const { memoryBytes, memoryMaxBytes, oldestPendingMs, replicaLagMs } = stats;
    const lagMs = Math.max(Number(oldestPendingMs), Number(replicaLagMs));
    const found = {
      rssBytes: counters?.rssBytes ?? NaN,
      memoryBytes: Number(memoryBytes),
      memoryMaxBytes: Number(memoryMaxBytes),
      lagMs,
    };
    for (const name of Object.keys(found) as (keyof Peaks)[]) {
      this.#peaks[name] = Math.max(this.#peaks[name], found[name]);
    }
  }

  async end(): Promise<Peaks> {
    this.#isOver = true;
    await this.#ended;
    return this.#peaks;
  }
}
