import type { TokenEntry } from "../../access/mod.ts";
import type { ActorRef, ActorThread } from "../../actor/mod.ts";
import { Store } from "../store/mod.ts";
import type { DiskOptions } from "./group_commit.ts";
import { QueryActor, type QueryActorOptions } from "./query_actor.ts";

/** What the query actors of a server have in common: plain data that may be posted to a thread. */
export interface QueryActorSettings {
  /** The program's version, for `Stats`. */
  readonly version: string;
  /** The server's sync actor. */
  readonly syncActor: ActorRef;
  /** Whether there is no state to take over from others first. */
  readonly ready: boolean;
  /** Whether this is the only query actor in the cluster, until the sync actor says otherwise. */
  readonly isAlone: boolean;
  /** How many query actors the server has: each keeps what one accepts. */
  readonly replicaCount: number;
  /** Absent when nothing is persisted. */
  readonly disk?: DiskOptions;
  /** The tokens that are known; absent: none are asked for. */
  readonly tokens?: readonly TokenEntry[];
}

/** What a query actor has of its own; by default an empty replica, and nothing that counts. */
export type QueryActorParts = Partial<
  Pick<QueryActorOptions, "store" | "counter" | "refusals" | "size">
>;

/** Starts a query actor on a thread. */
export function startQueryActor(
  thread: ActorThread,
  settings: QueryActorSettings,
  { store, ...parts }: QueryActorParts = {},
): ActorRef {
  return thread.startActor((context) =>
    new QueryActor(context, {
      ...settings,
      store: store ?? new Store(context.limits, context.memory),
      ...parts,
    })
  );
}
