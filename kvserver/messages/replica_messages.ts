/**
 * Messages between the sync actor and the query actors of a server. Entries travel as an `EntryBatch`
 * writes them.
 *
 * @module
 */

import type { OriginFilter } from "./origin_filter.ts";
import type { messageTypes } from "./message_types.ts";
import type { SyncAnswer, SyncQuestion } from "./sync_questions.ts";

/** Sync actor to a query actor of its server. */
export interface MergeMessage {
  type: typeof messageTypes.merge;
  /** Entries to merge into the replica. */
  entries: Uint8Array;
  /** Number of the message among those with entries; 0: it has none. */
  number: number;
  /** Why Puts are refused; absent: they are not. Holds at once, not only when the entries are merged. */
  refusal?: string;
  /** Present when the query actor is to keep what it accepts for now: more waits for others than may. Holds at once. */
  holdsBack?: true;
  /** Asks for a part of the state. */
  read?: ReadRequest;
  /** Whether the server holds all the state that it was to take over. */
  ready: boolean;
  /** Whether this is the only query actor in the cluster: its Puts need not be queued for sync. */
  isAlone: boolean;
  /** Whether this query actor persists what other servers accepted, for all of its server. */
  persistsRemote: boolean;
  /** Present when it persists all of these entries, also those that bear this server's name. */
  persistsAll?: true;
  /** Asks for `isDrained` once every Put so far is sent, because no further Put will come. */
  drain: boolean;
  /** Asks for the next message of a comparison. */
  compare?: CompareRequest;
  /** Answers to questions that the query actor asked. */
  answers?: readonly SyncAnswer[];
}

/** Asks a query actor for a part of its replica. */
export interface ReadRequest {
  /** Comes back with the part. */
  id: number;
  /** The part begins behind this key; absent: at the first key. */
  after?: Uint8Array;
  /** Which entries to read. */
  filter: OriginFilter;
  /** Bytes of the part; a single entry may be longer. */
  bytesMax: number;
}

/** Query actor to the sync actor of its server. */
export interface WrittenMessage {
  type: typeof messageTypes.written;
  /** The query actor's counter. */
  from: number;
  /** Entries of the Puts that the query actor accepted since its last message. */
  entries: Uint8Array;
  /** How long the oldest of them has waited. */
  ageMs: number;
  /** Number of the last `MergeMessage` whose entries are merged, with all before it. */
  merged: number;
  /** The answer to a `ReadRequest`. */
  part?: StatePart;
  /** Answers `drain`: every accepted Put is sent, this message's included. */
  isDrained: boolean;
  /** Whether the query actor has ever accepted a Put. */
  hasAccepted: boolean;
  /** The answer to a `CompareRequest`. */
  compared?: Compared;
  /** Questions of its clients. */
  questions?: readonly SyncQuestion[];
}

/** A part of a replica, in the order of the keys. */
export interface StatePart {
  /** Of the `ReadRequest`. */
  id: number;
  /** The entries that the filter selects. */
  entries: Uint8Array;
  /** The next part begins behind this key; absent: this part is the last. */
  after?: Uint8Array;
}

/** Asks a query actor to compare its replica with another one. */
export interface CompareRequest {
  /** Comes back with the answer. */
  id: number;
  /** The other replica's message; absent: the comparison begins. */
  ranges?: Uint8Array;
  /** Of a comparison that begins: its salt, and whether both are likely to hold the same. */
  low: number;
  high: number;
  isLikelyEqual: boolean;
  /** Bounds of the answer's ranges and of its entries, about. */
  rangesBytesMax: number;
  entriesBytesMax: number;
  /**
   * Entries that were put within so many milliseconds from now are left out of account, because they are
   * likely to be on their way: those of the servers `youngOf`, or all.
   */
  youngMs: number;
  /** Incarnations of the servers that send the other replica what they accept; absent: all do. */
  youngOf?: readonly string[];
}

/** What a query actor finds when it compares. */
export interface Compared {
  /** Of the `CompareRequest`. */
  id: number;
  /** What is to be told to the other replica, once it has the entries; absent: nothing is left to say. */
  ranges?: Uint8Array;
  /** Entries that the other replica lacks, or holds an earlier write of. */
  entries: Uint8Array;
  /** Whether something was left out of account because it was put just now. */
  leftOut: boolean;
  /** The time that it took, in milliseconds. */
  tookMs: number;
}
