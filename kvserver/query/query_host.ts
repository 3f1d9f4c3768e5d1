import type { Accounted, Limited } from "../../rpc/mod.ts";
import type { Dot } from "../versions/version_vector.ts";

/** The query actor of `Queries`, as they see it. */
export interface QueryHost extends Limited, Accounted {
  /** The query actor's uid, which its Puts bear. */
  readonly uid: string;
  /** How many replicas keep what is put. */
  readonly replicaCount: number;
  /** Wall clock, milliseconds since the epoch: the same for all requests of one query. */
  now(): number;
  /** Milliseconds since some fixed moment. */
  monotonicMs(): number;
  /** Whether the replica has seen a write. */
  hasSeen(write: Dot): boolean;
  /** Whether an actor may have yet to give this number to a write. */
  isUngiven(write: Dot): boolean;
  /** Figures for `Stats` besides those of the queries. */
  stats(): Record<string, number | boolean | string>;
  /**
   * Begins a watch on the connection of the query.
   *
   * @param prefix bytes of its own
   * @param isInitial whether it is told what is there now
   * @returns its id.
   * @throws {RpcError} when there is no room for it.
   */
  watch(prefix: Uint8Array, isInitial: boolean): number;
  /** Ends a watch of the connection of the query, if there is one of that id. */
  unwatch(id: number): void;
  /** Ends all watches of the connection of the query, which has shown another token. */
  unwatchAll(): void;
  /** Called with the code of each error that is answered. */
  refused?(code: string): void;
  /** Called with an error that is a bug of this program. */
  bug(error: unknown): void;
}
