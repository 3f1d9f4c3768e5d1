import type { FuzzedServer } from "./fuzzed_server.ts";

const MiB = 1024 * 1024;

/** Memory is to be flat from here on. */
const flatFromMs = 60_000;

/** The medians of looks this long are compared: attacks and a collector of garbage let memory go up and down. */
const windowMs = 30_000;

/** What memory may grow by all the same. */
const growthMax = { factor: 1.3, bytes: 64 * MiB };

/** Looks at how much memory servers have, and whether that goes on growing. */
export class MemoryWatch {
  #servers: readonly FuzzedServer[];
  #startMs = performance.now();
  /** By server. */
  #looks: { atMs: number; bytes: number }[][];

  constructor(servers: readonly FuzzedServer[]) {
    this.#servers = servers;
    this.#looks = servers.map(() => []);
  }

  async look(): Promise<void> {
    const atMs = performance.now() - this.#startMs;
    await Promise.all(this.#servers.map(async (server, i) => {
      const bytes = await server.rssBytes();
      if (bytes !== undefined) this.#looks[i].push({ atMs, bytes });
    }));
  }

  /** By server: how much it had first, after a minute, at the most, and last. */
  get figures(): string[] {
    return this.#looks.map((looks) => {
      if (looks.length === 0) return "unknown";
      const afterMinute = looks.find(({ atMs }) => atMs >= flatFromMs) ?? looks.at(-1)!;
      const most = Math.max(...looks.map(({ bytes }) => bytes));
      return [looks[0].bytes, afterMinute.bytes, most, looks.at(-1)!.bytes]
        .map((bytes) => Math.round(bytes / MiB)).join("/");
    });
  }

  /** What memory has grown since the first minute; `undefined`: it is flat, or that cannot be told yet. */
  get growth(): string | undefined {
    for (const [i, looks] of this.#looks.entries()) {
      const endMs = looks.at(-1)?.atMs ?? 0;
      if (endMs < flatFromMs + 2 * windowMs) continue;
      const [before, after] = [flatFromMs, endMs - windowMs].map((fromMs) =>
        median(
          looks.filter(({ atMs }) => fromMs <= atMs && atMs <= fromMs + windowMs)
            .map(({ bytes }) => bytes),
        )
      );
      if (after <= before * growthMax.factor + growthMax.bytes) continue;
      return `server ${i} grew from ${Math.round(before / MiB)} to ${Math.round(after / MiB)} MiB`;
    }
    return undefined;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
