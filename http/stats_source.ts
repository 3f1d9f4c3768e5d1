import type { ByteStream, Served } from "../rpc/mod.ts";
import type { Measurements, Member, QueryFigures, ServerStats, Traffic } from "../kvserver/mod.ts";

/** A running server, as far as it is shown: a `Server` is one. */
export interface StatsSource {
  /** The figures of this moment. */
  stats(): ServerStats;
  /** How many queries it has answered, and how long they took. */
  queryFigures(): QueryFigures;
  /** What it has measured of itself beside that. */
  measurements(): Measurements;
  /** What has gone to other servers, and come from them. */
  traffic(): readonly Traffic[];
  /** The servers that it knows, itself first. */
  members(): Promise<readonly Member[]>;
  /** Serves a connection as its query ports do. */
  serveQueries(stream: ByteStream): Served;
}

/** What is to be shown: a server that runs, or why there is none. */
export type Shown = StatsSource | "starting" | "stopping";

/** The figures of this moment; `undefined` while no server runs. */
export function statsOf(shown: Shown): ServerStats | undefined {
  return typeof shown === "string" ? undefined : shown.stats();
}

/** The servers that are known; `undefined` while no server runs, and when it ends meanwhile. */
export async function membersOf(shown: Shown): Promise<readonly Member[] | undefined> {
  if (typeof shown === "string") return undefined;
  try {
    return await shown.members();
  } catch {
    // The server was stopped.
    return undefined;
  }
}
