import { measureGetWhileSyncing, startServerProcess } from "../../bench/mod.ts";
import { rounded, type Section } from "./section.ts";

interface SyncRow {
  name: "sync";
  actors: number;
  connections: number;
  /** What was reached of the pace. */
  putsPerSecond: number;
  /** A Get's slowest hundredth without and with these Puts, and how many times longer that is. */
  idleP99Us: number;
  p99Us: number;
  ratio: number;
}

const queryActorCount = 4;
const putsPerSecond = 10_000;

/** `cmud bench sync` */
export const syncSection: Section<SyncRow> = {
  title: ({ connections }) =>
    `Sync: Gets at depth 1 on ${connections} connections, alone and while ` +
    `${putsPerSecond.toLocaleString("en-US")} Puts a second sync between ${queryActorCount} actors`,
  columns: () => [
    ["puts/second", 12, ({ putsPerSecond }) => putsPerSecond.toLocaleString("en-US")],
    ["idle p99 µs", 11, ({ idleP99Us }) => idleP99Us],
    ["p99 µs", 7, ({ p99Us }) => p99Us],
    ["ratio", 6, ({ ratio }) => ratio.toFixed(2)],
  ],
  async *measure({ connections, seconds, threads, signal }) {
    const server = await startServerProcess({ queryActorCount, threads, signal });
    try {
      const load = { putsPerSecond, connections, seconds };
      const result = await measureGetWhileSyncing(server, load);
      yield {
        name: "sync",
        actors: queryActorCount,
        connections,
        putsPerSecond: rounded(result.putsPerSecond),
        idleP99Us: result.idleP99Us,
        p99Us: result.p99Us,
        ratio: rounded(result.p99Us / result.idleP99Us, 2),
      };
    } finally {
      await server.stop();
    }
  },
};
