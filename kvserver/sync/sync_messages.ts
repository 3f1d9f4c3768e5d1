/**
 * What the actors of a cluster tell each other to converge. Entries travel as an `EntryBatch` writes
 * them.
 *
 * @module
 */

import type { ActorRef } from "../../actor/mod.ts";
import type { Debt } from "./debt.ts";

/** Sync actor to a query actor of its server. */
export interface MergeMessage {
  type: "merge";
  entries: Uint8Array;
  /** Asks for a part of the state. */
  read?: ReadRequest;
  /** Whether the server has the state that it was to take over. */
  ready: boolean;
  /** Whether there is no other query actor anywhere: then nobody needs to know what is put. */
  isAlone: boolean;
  /** Whether it is the one that keeps what comes from other servers on disk. */
  isKeeper: boolean;
  /** Asks to be told when all that was put so far is told: no Put will come any more. */
  drain: boolean;
}

/** Asks a query actor for a part of its replica. */
export interface ReadRequest {
  /** Comes back with the part. */
  id: number;
  /** The key behind which the part begins; from the start when absent. */
  after?: Uint8Array;
  /** Which entries. */
  debt: Debt;
}

/** Query actor to the sync actor of its server. */
export interface WrittenMessage {
  type: "written";
  /** The query actor's counter. */
  from: number;
  /** What it took since its last message. */
  entries: Uint8Array;
  /** The part of the state that it was asked for. */
  part?: StatePart;
  /** Whether this is all there will be, as was asked for. */
  isDrained: boolean;
}

/** A part of a replica, in the order of the keys. */
export interface StatePart {
  id: number;
  entries: Uint8Array;
  /** The key behind which the next part begins; absent when this was the last. */
  after?: Uint8Array;
}

/** Sync actor to the sync actor of another server. */
export interface PeerMessage {
  type: "peer";
  from: ActorRef;
  /** Counts the messages from this sender that want an acknowledgement; 0 for one that does not. */
  batch: number;
  /** The greatest batch that was received. */
  ack: number;
  entries: Uint8Array;
  /** Sync actors that the receiver may not know yet. */
  peers: readonly ActorRef[];
  /** Asks for the whole state, and numbers the question; 0 when it does not. */
  wantsState: number;
  /** The question for the state to which this message completes the answer; 0 when it does not. */
  stateDone: number;
}

/** The server to its sync actor, once: who there is. */
export interface StartMessage {
  type: "start";
  queryActors: readonly ActorRef[];
  /** Whether there is a state to give, and not only one to be taken over. */
  hasState: boolean;
}

/** The server to its sync actor: other servers to sync with, the first of them to take over from. */
export interface JoinMessage {
  type: "join";
  peers: readonly ActorRef[];
  /** Is told `true` when the state is taken over. */
  replyTo: ActorRef;
}

/** The server to its sync actor: asks to be told `true` when nothing is pending any more. */
export interface DrainMessage {
  type: "drain";
  replyTo: ActorRef;
}

/** Sync actor to itself: the link to a peer went up or down. */
export interface LookMessage {
  type: "look";
}
