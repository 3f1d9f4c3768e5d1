import { measureGetWhileSyncing, startDataServer, startServerProcess } from "../../bench/mod.ts";
import { grouped } from "../cli/numbers.ts";
import { rounded, type Section } from "./section.ts";

interface WritingRow {
  name: "writing";
  durability: "memory" | "relaxed" | "strict";
  connections: number;
  /** What was reached of the pace. */
  putsPerSecond: number;
  /** A Get's slowest hundredth without and with these Puts. */
  idleP99Us: number;
  p99Us: number;
  /** How many times longer the latter is than that of the server in memory. */
  ratio: number;
}

const putsPerSecond = 50_000;

/** `cmud bench writing` */
export const writingSection: Section<WritingRow> = {
  title: ({ connections }) =>
    `Writing: Gets at depth 1 on ${connections} connections, alone and while ` +
    `${grouped(putsPerSecond)} Puts a second are taken and written to the disk`,
  columns: () => [
    ["server", 12, ({ durability }) => durability],
    ["puts/second", 11, ({ putsPerSecond }) => putsPerSecond],
    ["idle p99 µs", 11, ({ idleP99Us }) => idleP99Us],
    ["p99 µs", 7, ({ p99Us }) => p99Us],
    ["against memory", 14, ({ ratio }) => ratio.toFixed(2)],
  ],
  async *measure({ connections, seconds, threads, signal }) {
    let memoryP99Us: number | undefined;
    for (const durability of ["memory", "relaxed", "strict"] as const) {
      const options = { queryActorCount: 1, threads, signal };
      const server = durability === "memory"
        ? await startServerProcess(options)
        : await startDataServer({ ...options, durability });
      try {
        const load = { putsPerSecond, connections, seconds };
        const result = await measureGetWhileSyncing(server, load);
        memoryP99Us ??= result.p99Us;
        yield {
          name: "writing",
          durability,
          connections,
          putsPerSecond: rounded(result.putsPerSecond),
          idleP99Us: result.idleP99Us,
          p99Us: result.p99Us,
          ratio: rounded(result.p99Us / memoryP99Us, 2),
        };
      } finally {
        await server.stop();
      }
    }
  },
};
