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
  /** By server, at each pause. */
  #calm: number[][];

  constructor(servers: readonly FuzzedServer[]) {
    this.#servers = servers;
    this.#looks = servers.map(() => []);
    this.#calm = servers.map(() => []);
  }

  look(): Promise<void> {
    return this.#lookInto(this.#looks);
  }

  /** Looks when nobody has attacked for a while. */
  lookAtCalm(): Promise<void> {
    return this.#lookInto(this.#calm);
  }

  /** By server: how much it had first, at the most, and at each pause. */
  get figures(): string[] {
    return this.#looks.map((looks, i) => {
      if (looks.length === 0) return "unknown";
      const text = [looks[0], Math.max(...looks)].map(inMiB).join(" to ");
      return this.#calm[i].length === 0
        ? text
        : `${text}, when all was calm ${this.#calm[i].map(inMiB).join(" and ")}`;
    });
  }

  /** What memory has grown since the first pause; `undefined`: it is flat, or that cannot be told yet. */
  get growth(): string | undefined {
    for (const [i, calm] of this.#calm.entries()) {
      if (calm.length < 2) continue;
      const [before, after] = [calm[0], calm.at(-1)!];
      if (after <= before * growthMax.factor + growthMax.bytes) continue;
      return `server ${i} grew from ${inMiB(before)} to ${inMiB(after)} MiB`;
    }
    return undefined;
  }

  async #lookInto(looks: readonly number[][]): Promise<void> {
    await Promise.all(this.#servers.map(async (server, i) => {
      const bytes = await server.rssBytes();
      if (bytes !== undefined) looks[i].push(bytes);
    }));
  }
}

function inMiB(bytes: number): string {
  return `${Math.round(bytes / MiB)}`;
}
