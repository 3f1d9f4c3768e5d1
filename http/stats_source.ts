import type { ServerStats } from "../kvserver/mod.ts";

/** A running server, as far as it is shown: a `Server` is one. */
export interface StatsSource {
  /** The figures of this moment. */
  stats(): ServerStats;
}

/** What is to be shown: a server that runs, or why there is none. */
export type Shown = StatsSource | "starting" | "stopping";

/** The figures of this moment; `undefined` while no server runs. */
export function statsOf(shown: Shown): ServerStats | undefined {
  return typeof shown === "string" ? undefined : shown.stats();
}
