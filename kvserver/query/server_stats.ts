import type { SystemStats } from "../../actor/mod.ts";

/** Name of the figure that counts, on each thread, the queries told to query actors. */
export const queriesTold = "queriesTold";

/** Figures of a server's actor system, and whether the server has the state of the others. */
export interface ServerStats extends Omit<SystemStats, "extra"> {
  /** Whether the server has the whole state that it was to take over from others. */
  ready: boolean;
}

/**
 * The figures that `Stats` on both ports have in common. Each query counts as a channel ref, because
 * the inbox of its connection stands for one.
 */
export function serverStats({ extra, ...figures }: SystemStats, ready: boolean): ServerStats {
  const channelRefsUsed = figures.channelRefsUsed + (extra[queriesTold] ?? 0);
  return { ...figures, channelRefsUsed, ready };
}
