import type { ActorRef } from "../../actor/mod.ts";

/** In place of a transfer id: no transfer. Ids of transfers count from 1. */
export const noTransfer = 0;

/**
 * Sync actor to the sync actor of another server. The names and the order of the fields are the wire
 * format. Entries travel as an `EntryBatch` writes them.
 */
export interface PeerMessage {
  type: "peer";
  from: ActorRef;
  /** Numbers the messages that the sender wants acknowledged, from 1; 0: none is wanted. */
  batch: number;
  /** The greatest `batch` that the sender has received. */
  ack: number;
  entries: Uint8Array;
  /** Sync actors that the receiver may not know yet. */
  peers: readonly ActorRef[];
  /** Requests the whole state, as the transfer with this id; 0: does not. */
  wantsState: number;
  /** Completes the transfer with this id: its last entry is in this message; 0: completes none. */
  stateDone: number;
}

/** Sync actor to itself: the link to a peer went up or down. */
export interface LinkChangedMessage {
  type: "linkChanged";
}
