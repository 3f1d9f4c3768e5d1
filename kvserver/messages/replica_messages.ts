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
  /** Entries to merge into the replica: batches, one behind the other. */
  entries: Uint8Array;
  /** Number of the message among those with entries; 0: it has none. */
  number: number;
  /** Why Puts are refused; absent: they are not. Holds at once, not only when the entries are merged. */
  refusal?: string;
  /** Present when the query actor is to keep what it accepts for now: more waits for others than may. Holds at once. */
  holdsBack?: true;
  /** Other servers whose actors may have writes yet to make; absent: as before. Holds at once. */
  living?: LivingServers;
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
  /** How many entries the state has that the server takes over, as another server says; absent: none is. */
  expected?: number;
  /** Entries that the replica is to hold no more, as `removalsOf` writes them: before it merges the others. */
  dropped?: readonly Uint8Array[];
  /** What the entries that have been merged by then cover, as `claimBytes` writes it. */
  claims?: Uint8Array;
  /** No tombstone that was forgotten elsewhere is later than this. */
  floorMs?: number;
  /** Says which tombstones may be removed. */
  collect?: CollectRequest;
  /** Asks for the next message of a comparison. */
  compare?: CompareRequest;
  /** Answers to questions that the query actor asked. */
  answers?: readonly SyncAnswer[];
}

/** Other servers whose actors may have writes yet to make. */
export interface LivingServers {
  /** Incarnations of the peers: they are there, or lost and may come back. */
  readonly incarnations: readonly string[];
  /** Addresses of servers that are known and no peers now: which incarnation is there is not known. */
  readonly addresses: readonly string[];
}

/** Says which tombstones a replica may remove. */
export interface CollectRequest {
  /** What all servers that are known have seen, as `seenBytes` writes it. */
  stable: Uint8Array;
  /** By so much the slowest of their clocks is behind the own one. */
  lagMs: number;
  /** Servers for whose sake tombstones are kept, and what they have seen: of the replica that counts them. */
  holders: readonly { readonly member: string; readonly seen: Uint8Array }[];
}

/** Asks a query actor for a part of its replica. */
export interface ReadRequest {
  /** Comes back with the part. */
  id: number;
  /** The part begins behind this key; absent: at the first key. */
  after?: Uint8Array;
  /** Which entries to read. */
  filter: OriginFilter;
  /** Bytes of the entries; a single one may be longer. */
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
  /** What these and all entries before them cover, as `claimBytes` writes it. */
  claims?: Uint8Array;
  /** What the replica has seen since it said so last, as `seenBytes` writes it. */
  seen?: Uint8Array;
  /** What is on disk since it said so last, as `seenBytes` writes it. */
  onDisk?: Uint8Array;
  /** Entries that it holds no more, and its siblings are not to hold, as `removalsOf` writes them. */
  dropped?: readonly Uint8Array[];
  /** How many tombstones are kept for the sake of which server, if that was asked. */
  held?: Readonly<Record<string, number>>;
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
  /** Of the first part: what the replica has seen, as `seenBytes` writes it. */
  seen?: Uint8Array;
  /** Of the first part: how many entries the replica shows. */
  size?: number;
}

/** Asks a query actor to compare its replica with another one. */
export interface CompareRequest {
  /** Comes back with the answer. */
  id: number;
  /** The other replica's message; absent: the comparison begins. */
  ranges?: Uint8Array;
  /** What the other replica has seen, as `seenBytes` writes it; absent: it has not said. */
  theirs?: Uint8Array;
  /** What stands for that, in a first message; absent: it has said it, or begins with more. */
  theirSum?: Uint8Array;
  /** Of a comparison that begins: its salt, and whether both are likely to hold the same. */
  low: number;
  high: number;
  isLikelyEqual: boolean;
  /** Bounds of the answer's ranges and of its entries, about. */
  rangesBytesMax: number;
  entriesBytesMax: number;
  /**
   * Entries that were put within so many milliseconds from now are left out of account, because they are
   * likely to be on their way: those of the servers `youngOf`, or all. 0: nothing is left out of account.
   */
  youngMs: number;
  /** Incarnations of the servers whose writes come to the other replica by themselves; absent: all do. */
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
  /** What the replica had seen before it began to answer, as `seenBytes` writes it. */
  seen: Uint8Array;
  /** Whether something was left out of account because it was put just now. */
  leftOut: boolean;
  /** The time that it took, in milliseconds. */
  tookMs: number;
}
