/**
 * What happens in a simulated cluster, as plain data: it can be kept, copied to another thread, and read at any
 * later time, whatever has become of the cluster.
 *
 * Servers go by short names (`a`), actors by these and their own (`a.1` the first replica, `a.sync`, `a.disk`),
 * clients are `client`. All times are virtual milliseconds since the world began.
 *
 * @module
 */

import type { ClientRequest } from "../cluster/cluster_observer.ts";

/** A version of a key. */
export interface TracedEntry {
  readonly key: string;
  /** `null`: a tombstone. */
  readonly value: string | null;
  /** Of its order: since the world began, by the clock of the server that accepted it. */
  readonly timestampMs: number;
  readonly sequence: number;
  /** The actor that accepted it. */
  readonly by: string;
  /** Its uid, which decides between equal timestamps and sequences. */
  readonly uid: string;
  /** Counts the writes of that actor, from 1. */
  readonly counter: number;
  /** When it expires, by the clock of any server, since the world began; absent: never. */
  readonly expiresMs?: number;
}

/** Whether two entries are copies of one write. */
export function isSameWrite(a: TracedEntry | undefined, b: TracedEntry | undefined): boolean {
  return a?.uid === b?.uid && a?.counter === b?.counter;
}

/** What a server sends another one. */
export type SentKind =
  /** Entries, each for the first time or again. */
  | "entries"
  /** The newcomer asks for all there is. */
  | "wants state"
  /** For whose state the sender waits. */
  | "awaits"
  /** The newcomer has been given all there is. */
  | "state"
  /** A step of a comparison. */
  | "comparison"
  /** What the sender has seen: from that follows what can be forgotten. */
  | "seen"
  /** Servers that the receiver may not know. */
  | "introduction"
  /** Servers that are to be forgotten. */
  | "forgotten"
  /** That the sender is there. */
  | "greeting";

/** Why an entry is removed. */
export type RemovalReason =
  /** A tombstone that all servers that are known have seen. */
  | "collected"
  /** Its time is over. */
  | "expired"
  /** Another replica has seen the write and holds it no more: it was deleted or replaced there. */
  | "dropped";

/** Something that happens. */
export type Happening =
  /** A server starts; `joins` are those that it asks for the state. */
  | {
    readonly type: "started";
    readonly server: string;
    /** Its replicas. */
    readonly actors: readonly string[];
    readonly skewMs: number;
    readonly hasDisk: boolean;
    readonly joins: readonly string[];
    /** From 1: how often a server of this name has started. */
    readonly life: number;
  }
  /** A server that runs joins others. */
  | { readonly type: "joins"; readonly server: string; readonly others: readonly string[] }
  /** A server has all that it was to take over. */
  | { readonly type: "ready"; readonly server: string }
  | { readonly type: "crashed" | "stopped"; readonly server: string }
  /** A server is told to forget another one. */
  | { readonly type: "forgets"; readonly server: string; readonly other: string }
  | { readonly type: "clockSet"; readonly server: string; readonly skewMs: number }
  /** The network is told so, of one direction. */
  | { readonly type: "cut" | "healed"; readonly from: string; readonly to: string }
  /** A server gives its connection to another up and dials anew; what is on its way comes so much later. */
  | {
    readonly type: "reconnects";
    readonly from: string;
    readonly to: string;
    readonly lateMs: number;
  }
  /** From now on messages of one direction take so long. */
  | { readonly type: "delayed"; readonly from: string; readonly to: string; readonly ms: number }
  /** So much leaves on each link from now on. */
  | { readonly type: "bandwidth"; readonly bytesPerMs: number }
  /** A connection is there, or is no more; tells go `from` one `to` the other on it. */
  | { readonly type: "linkUp" | "linkDown"; readonly from: string; readonly to: string }
  | { readonly type: "asked"; readonly to: string; readonly request: ClientRequest }
  /** A message leaves for another server. */
  | {
    readonly type: "sent";
    /** Names the message, for what becomes of it. */
    readonly id: number;
    readonly from: string;
    readonly to: string;
    readonly kinds: readonly SentKind[];
    readonly entries: readonly TracedEntry[];
    /** All that it says, in words. */
    readonly text: string;
    readonly bytes: number;
    /** Unless it gets lost. */
    readonly arrivesMs: number;
  }
  | { readonly type: "arrived"; readonly id: number; readonly from: string; readonly to: string }
  | {
    readonly type: "lost";
    readonly id: number;
    readonly from: string;
    readonly to: string;
    /** What the message was about. */
    readonly kinds: readonly SentKind[];
    readonly text: string;
    readonly why: string;
  }
  /** The receiver has handled all of a message, and says so; that arrives later. */
  | {
    readonly type: "acknowledges";
    readonly id: number;
    readonly from: string;
    readonly to: string;
    /** What the message was about. */
    readonly kinds: readonly SentKind[];
    readonly text: string;
    readonly arrivesMs: number;
  }
  /** The sender knows that a message was handled. */
  | {
    readonly type: "acknowledged";
    readonly id: number;
    readonly from: string;
    readonly to: string;
  }
  /** An actor tells another one of its server something. */
  | {
    readonly type: "told";
    readonly from: string;
    readonly to: string;
    readonly entries: readonly TracedEntry[];
    readonly text: string;
  }
  /** A replica accepts what a client has asked for. */
  | {
    readonly type: "wrote";
    readonly replica: string;
    readonly entry: TracedEntry;
    readonly replaced?: TracedEntry;
  }
  /** A replica takes what came from elsewhere, because it is later than what it held. */
  | {
    readonly type: "merged";
    readonly replica: string;
    readonly entry: TracedEntry;
    readonly replaced?: TracedEntry;
    readonly why: string;
  }
  /** A replica keeps what it holds, because that is later than what came. */
  | {
    readonly type: "kept";
    readonly replica: string;
    readonly entry: TracedEntry;
    readonly refused: TracedEntry;
    readonly why: string;
  }
  | {
    readonly type: "removed";
    readonly replica: string;
    readonly entry: TracedEntry;
    readonly reason: RemovalReason;
  }
  /** What a server had accepted is on its disk. */
  | { readonly type: "onDisk"; readonly server: string; readonly entries: readonly TracedEntry[] }
  /** A value is shown no more, as its time is over by the clock of the server; or is again. */
  | { readonly type: "hidden" | "shown"; readonly replica: string; readonly entry: TracedEntry }
  /** A scenario looks whether something is so. */
  | {
    readonly type: "expected";
    readonly text: string;
    readonly isMet: boolean;
    /** What is so instead; empty when it is met. */
    readonly found: string;
  }
  | { readonly type: "noted"; readonly text: string };

/** Something that happens, and when. */
export type TraceEvent = { readonly atMs: number } & Happening;

/** Is called with what happens, in order. */
export type TraceListener = (event: TraceEvent) => void;
