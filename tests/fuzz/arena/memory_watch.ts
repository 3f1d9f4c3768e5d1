import { wireLimits } from "../../../limits.ts";
import type { FuzzedServer } from "./fuzzed_server.ts";

const MiB = 1024 * 1024;

/** What may be added from one pause to a later one all the same: of the first, and in any case. */
const growthMax = {
  /**
   * Of what is in use: what has been compiled by then, what is waited for at that moment, and the long buffers
   * that two threads keep for whoever needs such a one next.
   */
  live: { factor: 1.2, bytes: 16 * MiB + 2 * wireLimits.spareBytesMax },
  /** Of the process: pages that are in part in use, and what the C library keeps. */
  process: { factor: 1.3, bytes: 64 * MiB },
};

/** What a server has when nobody has attacked it for a while and its garbage is collected, in bytes. */
interface Calm {
  /** What it counts, which has a bound of its own. */
  readonly counted: number;
  /** What is in use on its heaps and in buffers. */
  readonly live: number;
  /** What the system has given the process. */
  readonly process: number;
}

/**
 * Looks at how much memory servers have, and whether it goes on growing.
 *
 * Under attack it goes up and down by some times what is in use, because the runtime collects what is
 * garbage only when there is so much. So what counts is how much there is when nobody has attacked for a
 * while and what is garbage was collected: after the first minute, and at the end.
 */
export class MemoryWatch {
  #servers: readonly FuzzedServer[];
  /** By server, under attack and not: bytes of the process. */
  #looks: number[][];
  /** By server, at each pause. */
  #calm: Calm[][];

  constructor(servers: readonly FuzzedServer[]) {
    this.#servers = servers;
    this.#looks = servers.map(() => []);
    this.#calm = servers.map(() => []);
  }

  async look(): Promise<void> {
    for (const [i, bytes] of (await this.#rss()).entries()) {
      if (bytes !== undefined) this.#looks[i].push(bytes);
    }
  }

  /** Looks when nobody has attacked for a while. @param counted by server: bytes that it counts */
  async lookAtCalm(counted: readonly number[]): Promise<void> {
    const live = await Promise.all(this.#servers.map((server) => server.liveBytes()));
    for (const [i, process] of (await this.#rss()).entries()) {
      if (process === undefined) continue;
      this.#calm[i].push({ counted: counted[i] ?? 0, live: live[i], process });
    }
  }

  /** By server: how much it had first, and at the most, and what it had at each pause. */
  get figures(): string[] {
    return this.#looks.map((looks, i) => {
      if (looks.length === 0) return "unknown";
      const text = [looks[0], Math.max(...looks)].map(inMiB).join(" to ");
      return this.#calm[i].length === 0 ? text : `${text}, when all was calm ` + this.#calm[i]
        .map(({ process, live, counted }) =>
          `${inMiB(process)} (${inMiB(live)} in use, ${inMiB(counted)} counted)`
        )
        .join(" and ");
    });
  }

  /**
   * What memory has grown since the first pause, but for what is counted, which has a bound of its own;
   * `undefined`: it is flat, or that cannot be told yet.
   */
  get growth(): string | undefined {
    for (const [i, calm] of this.#calm.entries()) {
      if (calm.length < 2) continue;
      const [before, after] = [calm[0], calm.at(-1)!];
      const stored = Math.max(0, after.counted - before.counted);
      for (const kind of ["live", "process"] as const) {
        const { factor, bytes } = growthMax[kind];
        if (after[kind] - stored <= before[kind] * factor + bytes) continue;
        return `server ${i}, ${kind}: grew from ${inMiB(before[kind])} to ${
          inMiB(after[kind])
        } MiB, and what it counts by ${inMiB(stored)}`;
      }
    }
    return undefined;
  }

  #rss(): Promise<(number | undefined)[]> {
    return Promise.all(this.#servers.map((server) => server.rssBytes()));
  }
}

function inMiB(bytes: number): string {
  return `${Math.round(bytes / MiB)}`;
}
