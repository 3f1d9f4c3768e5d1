/**
 * Where in the store stands what whoever keeps a world has laid down. All of it is last-writer-wins.
 *
 * @module
 */

import { foldedName } from "../../game/mod.ts";

/** What may be laid down about a name. */
export const measures = ["ban", "mute", "hide"] as const;

/** A measure against a name. */
export type Measure = typeof measures[number];

/** Below this stands all that a host goes by. */
export const rulesPrefix = "game/";

/** Below this stands what was said to all, which is of interest for a while. */
export const announcementsPrefix = "game/announcement/";

/** Below this stands what was done by whom: the newest last. */
export const auditPrefix = "gamelog/";

/** The key of each record. */
export const ruleKeys = {
  /** Whether a measure holds against a name: a `MeasureRecord`. */
  measure: (measure: Measure, name: string) => `game/${measure}/${foldedName(name)}`,
  /** What was said to all at some time. */
  announcement: (atMs: number, id: string) => `game/announcement/${timeOf(atMs)}/${id}`,
  /** Whether who has the program and may write the store plays without a door: `no` forbids it. */
  direct: "game/rule/direct",
  audit: (atMs: number, id: string) => `gamelog/${timeOf(atMs)}/${id}`,
} as const;

/** A time as keys have it: as many digits for each, so that keys sort by time. */
function timeOf(ms: number): string {
  return String(Math.max(0, ms)).padStart(14, "0");
}
