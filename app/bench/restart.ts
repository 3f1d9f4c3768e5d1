import { fill, memoryKeyBytes, startDataServer, valueBytes } from "../../bench/mod.ts";
import { grouped } from "../cli/numbers.ts";
import { rounded, type Section } from "./section.ts";

interface RestartRow {
  name: "restart";
  keys: number;
  actors: number;
  /** From the start of the process to its ready line. */
  readySeconds: number;
  /** Of the data directory. */
  bytesPerKey: number;
}

const queryActorCount = 2;

/** `cmud bench restart` */
export const restartSection: Section<RestartRow> = {
  title: ({ memoryKeys }) =>
    `Restart: ${grouped(memoryKeys)} keys of ${memoryKeyBytes} and values of ${valueBytes} bytes ` +
    `on disk, ${queryActorCount} query actors`,
  columns: () => [
    ["keys", 12, ({ keys }) => grouped(keys)],
    ["ready after s", 13, ({ readySeconds }) => readySeconds.toFixed(2)],
    ["disk bytes per key", 18, ({ bytesPerKey }) => bytesPerKey],
  ],
  async *measure({ memoryKeys: keys, threads, signal }) {
    const options = { queryActorCount, threads, signal, durability: "relaxed" } as const;
    const server = await startDataServer(options);
    try {
      await fill(server, keys, memoryKeyBytes);
      const readyMs = await server.restart();
      yield {
        name: "restart",
        keys,
        actors: queryActorCount,
        readySeconds: rounded(readyMs / 1000, 2),
        bytesPerKey: rounded(server.diskBytes() / keys),
      };
    } finally {
      await server.stop();
    }
  },
};
