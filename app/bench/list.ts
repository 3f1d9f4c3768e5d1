import { measureList, startServerProcess } from "../../bench/mod.ts";
import { rounded, type Section } from "./section.ts";

interface ListRow {
  name: "list";
  /** Entries that one List gives, and that there are. */
  entries: number;
  keys: number;
  perSecond: number;
  p50Us: number;
  p99Us: number;
  serverCpuUs?: number;
}

const entries = 100;
const keys = 100_000;

/** `cmud bench list` */
export const listSection: Section<ListRow> = {
  title: () => `List: ${entries} of ${keys.toLocaleString("en-US")} entries, one after the other`,
  columns: () => [
    ["per second", 12, ({ perSecond }) => perSecond.toLocaleString("en-US")],
    ["p50 µs", 7, ({ p50Us }) => p50Us],
    ["p99 µs", 7, ({ p99Us }) => p99Us],
    ["CPU µs", 7, ({ serverCpuUs }) => serverCpuUs],
  ],
  async *measure({ seconds, threads, signal }) {
    const server = await startServerProcess({ queryActorCount: 1, threads, signal });
    try {
      const result = await measureList(server, keys, seconds);
      yield {
        name: "list",
        entries,
        keys,
        perSecond: rounded(result.requestsPerSecond),
        p50Us: result.p50Us,
        p99Us: result.p99Us,
        serverCpuUs: result.serverCpuUs === undefined ? undefined : rounded(result.serverCpuUs),
      };
    } finally {
      await server.stop();
    }
  },
};
