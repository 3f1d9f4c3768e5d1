import {
  type LoadTarget,
  measureMemory,
  memoryKeyBytes,
  startServerProcess,
  valueBytes,
} from "../../bench/mod.ts";
import { type Column, rounded, type Section } from "./section.ts";

interface MemoryRow {
  name: "memory";
  server: string;
  keys: number;
  /** Growth of the process, in bytes per key. */
  bytesPerKey?: number;
  /** This server's figure divided by the Redis's. */
  ratio?: number;
}

const againstRedis: Column<MemoryRow> = [
  "against redis",
  13,
  ({ ratio }) => ratio?.toFixed(2) ?? "",
];

/** `cmud bench memory` */
export const memorySection: Section<MemoryRow> = {
  title: ({ memoryKeys }) =>
    `Memory: ${memoryKeys.toLocaleString("en-US")} keys of ${memoryKeyBytes} and values of ` +
    `${valueBytes} bytes, one replica`,
  columns: ({ redis }) => [
    ["server", 12, ({ server }) => server],
    ["bytes per key", 13, ({ bytesPerKey }) => bytesPerKey],
    ...redis === undefined ? [] : [againstRedis],
  ],
  async *measure({ memoryKeys: keys, seconds, redis, threads, signal }) {
    const row = async (server: string, target: LoadTarget): Promise<MemoryRow> => {
      const bytesPerKey = await measureMemory(target, keys, seconds / 2);
      const known = bytesPerKey !== undefined;
      return {
        name: "memory",
        server,
        keys,
        bytesPerKey: known ? rounded(bytesPerKey) : undefined,
      };
    };
    let other: MemoryRow | undefined;
    if (redis !== undefined) {
      try {
        yield other = await row("redis", redis);
      } finally {
        await redis.clear(keys, memoryKeyBytes);
      }
    }
    const server = await startServerProcess({ queryActorCount: 1, threads, signal });
    try {
      const own = await row("cmud", server);
      const ratio = own.bytesPerKey && other?.bytesPerKey && own.bytesPerKey / other.bytesPerKey;
      yield { ...own, ratio: ratio ? rounded(ratio, 2) : undefined };
    } finally {
      await server.stop();
    }
  },
};
