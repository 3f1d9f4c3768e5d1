import type { SharedFigure } from "../../rpc/mod.ts";

/** Where the sync actor counts what waits for other servers, for `Stats`. */
export interface SyncFigures {
  /** Upper bound of the bytes of the entries that other servers have not acknowledged. */
  readonly pendingBytes: SharedFigure;
  /** Age of the oldest of these entries. */
  readonly oldestPendingMs: SharedFigure;
  /** Age of the oldest entry that a query actor of this server has not merged. */
  readonly replicaLagMs: SharedFigure;
  /** How often more waited for a server than may. */
  readonly overflows: SharedFigure;
  /** Bytes of the messages with which replicas were compared with those of other servers, both ways. */
  readonly reconcileBytes: SharedFigure;
  /** How often such a message was answered. */
  readonly reconcileRounds: SharedFigure;
  /** Entries that a comparison had to bring. */
  readonly repairs: SharedFigure;
  /** For how long two replicas have differed. */
  readonly differingMs: SharedFigure;
}

/** Names of the figures. */
export const syncFigureNames = [
  "pendingBytes",
  "oldestPendingMs",
  "replicaLagMs",
  "overflows",
  "reconcileBytes",
  "reconcileRounds",
  "repairs",
  "differingMs",
] as const satisfies (
  keyof SyncFigures
)[];
