import type { FuzzedServer } from "./fuzzed_server.ts";

const MiB = 1024 * 1024;

/** What memory may grow by from one pause to a later one all the same: a part of it is garbage still. */
const growthMax = { factor: 1.3, bytes: 64 * MiB };

/**
 * Looks at how much memory servers have, and whether it goes on growing.
 *
 * Under attack it goes up and down by some times what is in use, because the runtime collects what is
 * garbage only when there is so much. So what counts is how much there is when nobody has attacked for a
 * while, which is when there is less of it: after the first minute, and at the end.
 */
export class MemoryWatch {
  #servers: readonly FuzzedServer[];
  /** By server, under attack and not. */
  #looks: number[][];
  /** By server, at each pause: all, and what of that the server counts. */
  #calm: { bytes: number; countedBytes: number }[][];

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
    for (const [i, bytes] of (await this.#rss()).entries()) {
      if (bytes !== undefined) this.#calm[i].push({ bytes, countedBytes: counted[i] ?? 0 });
    }
  }

  /** By server: how much it had first, at the most, and at each pause, and what of that it counted. */
  get figures(): string[] {
    return this.#looks.map((looks, i) => {
      if (looks.length === 0) return "unknown";
      const text = [looks[0], Math.max(...looks)].map(inMiB).join(" to ");
      return this.#calm[i].length === 0 ? text : `${text}, when all was calm ` + this.#calm[i]
        .map(({ bytes, countedBytes }) => `${inMiB(bytes)} (${inMiB(countedBytes)} counted)`)
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
      const [before, after] = [calm[0], calm.at(-1)!]
        .map(({ bytes, countedBytes }) => bytes - countedBytes);
      if (after <= before * growthMax.factor + growthMax.bytes) continue;
      return `server ${i} grew from ${inMiB(before)} to ${inMiB(after)} MiB beside what it counts`;
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
