import type { Limits } from "../../limits.ts";
import type { ActorRef, ActorSystem } from "../../actor/mod.ts";
import type { NetworkObserver } from "../network/network_observer.ts";
import type { ReplicaObserver } from "./observed_store.ts";

/** A server that starts. */
export interface ServerStart {
  readonly name: string;
  readonly address: string;
  /** It has no actors yet. */
  readonly system: ActorSystem;
  readonly replicaCount: number;
  readonly skewMs: number;
  readonly hasDisk: boolean;
  /** Names of the servers that it joins. */
  readonly joins: readonly string[];
}

/** What a client asks of a replica. */
export type ClientRequest =
  | { readonly type: "put"; readonly key: string; readonly value: string; readonly ttlMs?: number }
  | { readonly type: "delete"; readonly key: string }
  /** `ttlMs` `null`: it expires no more. */
  | { readonly type: "expire"; readonly key: string; readonly ttlMs: number | null }
  /** An entry of a backup, which was written so long ago, elsewhere. */
  | {
    readonly type: "restore";
    readonly key: string;
    readonly value: string;
    readonly agoMs: number;
    /** How long after it was written it expires. */
    readonly ttlMs?: number;
    /** Whether the backup has the number of the write. */
    readonly isNumbered: boolean;
  };

/** Sees what is done to a simulated cluster, and what comes of it. Absent methods cost nothing. */
export interface ClusterObserver extends NetworkObserver {
  /** Names the time of the cluster, and the limits of its servers, before anything happens. */
  follow?(world: { readonly nowMs: number }, limits: Limits): void;
  starting?(start: ServerStart): void;
  /** An actor goes by a name, or the inbox that stands before a disk does. */
  named?(ref: ActorRef, name: string): void;
  /** Returns who sees what becomes of the entries of a replica. */
  replica?(name: string): ReplicaObserver | undefined;
  /** Batches of the log of a server are on its disk. */
  onDisk?(server: string, batches: readonly Uint8Array[]): void;
  /** A server that runs joins others. */
  joins?(server: string, others: readonly string[]): void;
  ended?(server: string, how: "crashed" | "stopped"): void;
  /** A server is told to forget another one, by its address. */
  forgets?(server: string, address: string): void;
  clockSet?(server: string, skewMs: number): void;
  asked?(replica: string, request: ClientRequest): void;
}
