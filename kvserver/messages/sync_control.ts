/**
 * What a server tells its sync actor.
 *
 * @module
 */

import type { ActorRef } from "../../actor/mod.ts";

/** Names the query actors of the server; sent once, before any other message. */
export interface StartMessage {
  type: "start";
  queryActors: readonly ActorRef[];
  /** Whether the server begins with a state of its own to hand on, such as one read from disk. */
  hasState: boolean;
}

/** Names the sync actors of other servers to sync with. The state is taken over from the first. */
export interface JoinMessage {
  type: "join";
  peers: readonly ActorRef[];
  /** Is told `true` once every replica holds the state. */
  replyTo: ActorRef;
}

/** Asks the sync actor to hand over everything, because the server stops. */
export interface DrainMessage {
  type: "drain";
  /** Is told `true` once every reachable peer has acknowledged everything. */
  replyTo: ActorRef;
}
