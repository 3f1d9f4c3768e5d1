import { fill, keyOf, measureStart, startServerProcess } from "../../bench/mod.ts";
import { rounded, type Section } from "./section.ts";

interface StartRow {
  name: "start";
  command: string;
  p50Ms: number;
  minMs: number;
  maxMs: number;
}

/** `cmud bench start` */
export const startSection: Section<StartRow> = {
  title: ({ starts }) => `Start: this program from start to exit, ${starts} times each`,
  columns: () => [
    ["command", 12, ({ command }) => command],
    ["p50 ms", 7, ({ p50Ms }) => p50Ms.toFixed(1)],
    ["min ms", 7, ({ minMs }) => minMs.toFixed(1)],
    ["max ms", 7, ({ maxMs }) => maxMs.toFixed(1)],
  ],
  async *measure({ starts, signal }) {
    const server = await startServerProcess({ queryActorCount: 1, signal });
    try {
      await fill(server, 1);
      const get = ["kv", "get", keyOf(0), "--server", server.addresses[0]];
      yield row("cmud kv get", await measureStart(get, starts, signal));
      yield row("cmud --help", await measureStart(["--help"], starts, signal));
    } finally {
      await server.stop();
    }
  },
};

function row(command: string, sortedMs: readonly number[]): StartRow {
  const [p50Ms, minMs, maxMs] = [sortedMs.length >> 1, 0, sortedMs.length - 1].map((i) =>
    rounded(sortedMs[i], 1)
  );
  return { name: "start", command, p50Ms, minMs, maxMs };
}
