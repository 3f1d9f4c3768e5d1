import type { SystemStats } from "../../actor/mod.ts";

/** Name of the figure, on each thread, of the queries that were told to query actors. */
export const queriesTold = "queriesTold";

/** Figures of a server's actor system, and whether the server has the state of the others. */
export interface ServerStats extends Omit<SystemStats, "extra"> {
  /** Whether the server has the whole state that it was to take over from others. */
  ready: boolean;
}

/**
 * The figures that `Stats` on both ports have in common. A connection has one inbox for the replies to all its
 * queries, which stands for a channel ref for each of them.
 */
export function serverStats({ extra, ...figures }: SystemStats, ready: boolean): ServerStats {
  const channelRefsUsed = figures.channelRefsUsed + (extra[queriesTold] ?? 0);
  return { ...figures, channelRefsUsed, ready };
}
