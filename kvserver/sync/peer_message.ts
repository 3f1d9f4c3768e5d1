import type { ActorRef, MeetingOutcome } from "../../actor/mod.ts";
import type { ForgottenServer } from "../messages/known_servers.ts";
import type { messageTypes } from "../messages/message_types.ts";

/** In place of a transfer id: no transfer. Ids of transfers count from 1. */
export const noTransfer = 0;

/**
 * Sync actor to the sync actor of another server. The names and the order of the fields are the wire
 * format. Entries travel as an `EntryBatch` writes them.
 */
export interface PeerMessage {
  type: typeof messageTypes.peer;
  from: ActorRef;
  entries: Uint8Array;
  /** Sync actors that the receiver may not know yet. */
  peers: readonly ActorRef[];
  /** Requests the whole state, as the transfer with this id; 0: does not. */
  wantsState: number;
  /** Completes the transfer with this id: its last entry is in this message; 0: completes none. */
  stateDone: number;
  /**
   * For whose state the sender waits, and for whose that one does, and so on; empty: it waits for nobody's any
   * more; absent: what it said last.
   */
  awaits?: readonly ActorRef[];
  /** Servers that the sender forgot; absent: there are none to tell of. */
  forgotten?: readonly ForgottenServer[];
  /** Sync actors of servers that the receiver forgot, and that the sender hears; absent: there are none to tell of. */
  kept?: readonly ActorRef[];
  /** A step of the comparison with this id; absent: there is none. */
  comparison?: number;
  /** How many messages of that comparison, of both servers, were before it; absent: none, it begins. */
  comparisonPlace?: number;
  /** The ranges of that step; without any bytes the comparison is over. */
  ranges?: Uint8Array;
  /** Present when the sender left something out of account in that step, because it was put just now. */
  leftOut?: true;
  /** What the replica of the sender had seen before its part of the comparison, as `seenBytes` writes it. */
  replicaSeen?: Uint8Array;
  /** What stands for that, as `seenSum` makes it. */
  replicaSum?: Uint8Array;
  /** What these entries and those before them cover, as `claimBytes` writes it; absent: nothing more. */
  claims?: Uint8Array;
  /** What all replicas and the disk of the sender have seen, as `seenBytes` writes it; absent: nothing more. */
  seen?: Uint8Array;
  /** How many of the entries a comparison had to bring; absent: none. */
  repairs?: number;
  /** Of how many entries, about, the state is that the receiver is being sent; absent: it is sent none. */
  stateSize?: number;
}

/** Sync actor to itself: the state of a link to a peer changed, or messages on it were handled. */
export interface LinkChangedMessage {
  type: typeof messageTypes.linkChanged;
}

/** Sync actor to itself: what became of meeting the system of a sync actor that a third party named. */
export interface MetMessage {
  type: typeof messageTypes.met;
  ref: ActorRef;
  /** The sync actor that named it. */
  by: ActorRef;
  outcome: MeetingOutcome;
  /** The incarnation that answered at its address; absent: it has not said so, or it is that of the sync actor. */
  found?: string;
}
