/**
 * Messages from a server to its sync actor.
 *
 * @module
 */

import type { ActorRef } from "../../actor/mod.ts";
import type { KnownServers } from "./known_servers.ts";
import type { messageTypes } from "./message_types.ts";
import type { SyncQuestion } from "./sync_questions.ts";

/** Names the query actors of the server; sent once, before any other message. */
export interface StartMessage {
  type: typeof messageTypes.start;
  queryActors: readonly ActorRef[];
  /** Whether the server begins with a state of its own to hand on, such as one read from disk. */
  hasState: boolean;
  /** What the server knew of others before it started. Default: nothing. */
  known?: KnownServers;
}

/** Names the query ports of the server, once these are open, for `Members`. */
export interface ServeMessage {
  type: typeof messageTypes.serve;
  queryAddresses: readonly string[];
}

/** Names the sync actors of other servers to sync with. The state is taken over from the first. */
export interface JoinMessage {
  type: typeof messageTypes.join;
  peers: readonly ActorRef[];
  /** Is told `true` once every replica holds the state. */
  replyTo: ActorRef;
}

/** Asks the sync actor to hand over everything, because the server stops. */
export interface DrainMessage {
  type: typeof messageTypes.drain;
  /** How long to go on, in milliseconds. */
  timeoutMs: number;
  /** Whether an entry that no other server has is lost: the drain then waits for a reachable peer. */
  isOnlyCopy: boolean;
  /** Is told a `Drained` once every reachable peer has acknowledged everything, or the time is over. */
  replyTo: ActorRef;
}

/** Asks for what only the sync actor knows. */
export interface AskMessage {
  type: typeof messageTypes.ask;
  question: SyncQuestion;
  /** Is told the `SyncAnswer`. */
  replyTo: ActorRef;
}

/** What came of a drain. */
export interface Drained {
  /**
   * How many entries are not sure to be on another server, at the least. 0 when two have acknowledged all, or
   * the only one that is there has, and when no other server is known.
   */
  undelivered: number;
}

/** Sync actor to itself: the time for a drain is over, or that for peers that cannot be reached. */
export interface DrainOverMessage {
  type: typeof messageTypes.drainOver;
  isLast: boolean;
}
