import { type Shown, statsOf } from "./stats_source.ts";

/** Returns why a server should be sent no queries now; `undefined` when it should. */
export function unreadiness(shown: Shown): string | undefined {
  const stats = statsOf(shown);
  if (stats === undefined) return `The server is ${shown}`;
  if (!stats.ready) return "The server is taking over the state of other servers";
  if (stats.disk === "refusing") return "The disk refuses to be written, so Puts are refused";
  return undefined;
}
