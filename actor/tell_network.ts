/**
 * What carries tells between systems, as an actor system sees it: real in `tell_port.ts`, simulated
 * in the tests.
 *
 * @module
 */

import type { Crowd, Cut } from "../rpc/mod.ts";
import type { Delivery, Marshalled } from "./marshaller.ts";
import type { MetListener } from "./introductions.ts";
import type { SystemId } from "./system_id.ts";

/** Opens ports on a network. */
export interface TellNetwork {
  /**
   * Binds the port of a system; port 0 stands for any free one.
   *
   * @throws {Error} when the port cannot be bound.
   */
  open(hostname: string, port: number, host: TellHost): TellPort;
}

/** The system behind a port. */
export interface TellHost {
  /** The `host:port` by which others know it; known only once the port is bound. */
  address(): string;
  /** Incarnation of the system, part of every ref to its actors. */
  readonly incarnation: string;
  /** Name of the cluster of systems that it belongs to. */
  readonly cluster: string;
  /** What its clock shows, milliseconds since the epoch. */
  now(): number;
  /** Version of its program. */
  readonly version: string;
  /** Whether what comes for others here waits, because nobody can take it yet; absent: it does not. */
  isStarting?(): boolean;
  /** What is wrong with a message for the receiver `counter`; `undefined` when it may be handed over. */
  check(counter: number, message: Marshalled, from: SystemId): string | undefined;
  /** Takes a message that was checked. */
  receive(counter: number, message: Delivery): void;
  /**
   * Called when a message was refused, and why: its connection is ended.
   *
   * @param peer the host that sent it
   * @param claimed the address that it says it has
   */
  refusedMessage(peer: string, claimed: string, reason: string): void;
  /**
   * Called when nobody answers for long at the address of a system, which is not heard until then.
   *
   * @param peer the host that it connects from
   * @param claimed the address that it says it has
   */
  unanswered(peer: string, claimed: string): void;
  /**
   * Called when a system looks for another incarnation at this address: one that has ended, or one that
   * advertises the address as well.
   *
   * @param peer the host that it connects from
   * @param claimed the address that it says it has
   */
  mistaken(peer: string, claimed: string): void;
  /** Called when nothing more is read from some systems because memory is full, and when that is over. */
  memoryFull(isFull: boolean): void;
  /** Called for a connection to the port for which there was no room. */
  crowded(crowd: Crowd): void;
  /** Called for a connection to the port that is ended because memory is full. */
  cut(cut: Cut): void;
  /** Called when a connection to the port ends otherwise than by its orderly close. */
  faulted(peer: string, error: unknown): void;
  /** Called for a connection to the port that is ended because too many wrong tokens were shown on it. */
  barred(peer: string): void;
  /** Called when the system at `address` finds that another one answers at the address of this one. */
  contested(address: string): void;
  /** Counts messages that were handed over to a link and did not leave, or left when nobody was there. */
  dropped(count: number): void;
  /**
   * Called, once for each reason, when the system at `address` does not accept the greeting or the messages,
   * and why. The address goes on being dialed, because that may change.
   */
  refused(address: string, reason: string): void;
  /** Called with how many systems do not accept this one, whenever that changes. */
  refusedBy(count: number): void;
  /** The description that `Describe` on the port answers. */
  describe(): string;
  /**
   * The figures that `Stats` on the port answers.
   *
   * @param isLimited to a token whose keys are limited
   */
  stats(isLimited: boolean): Readonly<Record<string, unknown>>;
  /** The rows that `Members` on the port answers. @param isLimited as for `stats` */
  members(isLimited: boolean): Promise<readonly unknown[]>;
  /** Called with an error that is a bug of this program. */
  bug(error: unknown): void;
}

/** What has gone between this system and another one, since there is a link to that. */
export interface Traffic {
  /** Of the other system. */
  readonly address: string;
  /** Bytes of messages to it. */
  readonly toldBytes: number;
  /** Bytes of messages from it. */
  readonly heardBytes: number;
}

/** A system's bound port, and its links to others. */
export interface TellPort {
  /** Where it listens, as `host:port`. */
  readonly address: string;
  /**
   * The link to an incarnation of a system; dialed by the first call, and kept up from then on.
   * `undefined` when there are too many.
   */
  link(address: string, incarnation: string): TellLink | undefined;
  /**
   * Dials a system that another one named, when it has its turn.
   *
   * @param by the system that named it: those of one host share the turns of that host
   * @param listener called with what became of it; once the system was greeted at its address the link is up
   */
  meet(id: SystemId, by: SystemId, listener: MetListener): void;
  /** Ends the link to a system, if there is one. */
  unlink(id: SystemId): void;
  /** What has gone over each link, those of one address together. */
  traffic(): readonly Traffic[];
  /** Frees the port and ends the links. */
  close(): Promise<void>;
}

/** The clock of another system, as it told when it greeted. */
export interface ToldClock {
  /**
   * What it shows now, if it goes on as then, or did up to the journey of a message ago: milliseconds since
   * the epoch.
   */
  readonly nowMs: number;
  /** How long ago it was told. */
  readonly ageMs: number;
}

/** What is known of the system at the other end of a link. */
export interface RemoteFacts {
  /** When anything came from it last, on any connection, on the monotonic clock; `undefined`: never. */
  readonly heardMs: number | undefined;
  /** How far its clock is ahead; `undefined`: that is not known. */
  readonly clockSkewMs: number | undefined;
  /** The version of its program; `undefined`: it has not told. */
  readonly version: string | undefined;
  /** How many messages of it were refused. */
  readonly refusedMessages: number;
}

/** Of a system of which nothing is known. */
export const noFacts: RemoteFacts = {
  heardMs: undefined,
  clockSkewMs: undefined,
  version: undefined,
  refusedMessages: 0,
};

/** The state of a link. */
export interface LinkState {
  /** The host that it led to last, whatever the system's address calls it; `undefined`: it led nowhere yet. */
  readonly host: string | undefined;
  /** Whether a message that is handed over now leaves soon. */
  readonly isUp: boolean;
  /**
   * Counts connections. Messages that were handed over before the epoch changed may be lost; messages
   * handed over since arrive in order, or the epoch changes again.
   */
  readonly epoch: number;
  /**
   * Whether the address answered as another incarnation when it was last dialed. It goes on being
   * dialed, as the way to the address may be what has changed.
   */
  readonly isWrongIncarnation: boolean;
  /** The incarnation that answered then, if it said so. */
  readonly foundIncarnation?: string;
  /** Whether the system has a connection of its own to this one, and is there. */
  readonly isHeard: boolean;
  /** How many messages were handed over in this epoch. */
  readonly told: number;
  /** How many of these messages the other system has handled: the first ones. */
  readonly handled: number;
  /** For how long nothing has come back on the connection: it may be dead. */
  readonly silentMs: number;
  /** How long the system took to answer the greeting of this connection, or a little more than a round trip. */
  readonly roundTripMs: number;
  /** How many bytes may be handed over now as `reserved`. */
  readonly roomBytes: number;
  /** What the other system said of its clock when it greeted; absent: nothing yet. */
  readonly clock?: ToldClock;
  /** What the other system says of itself. */
  readonly facts: RemoteFacts;
  /** Drops the connection and dials anew: for a sender that has waited too long for an answer. */
  reset(): void;
}

/** One direction between two systems: in order, at most once. */
export interface TellLink extends LinkState {
  /** Calls `fn` whenever `isUp`, `isWrongIncarnation` or `isHeard` changes, and when messages were handled. */
  onChange(fn: () => void): void;
  /**
   * Hands a message over. Never blocks.
   *
   * @param reserved whether it may use the room that ordinary messages may not
   * @returns whether there was room; otherwise the message is dropped.
   */
  send(counter: number, message: Marshalled, reserved: boolean): boolean;
}

/** The state of a link for which there is no place. */
export const noLink: LinkState = {
  host: undefined,
  isUp: false,
  epoch: 0,
  isWrongIncarnation: false,
  isHeard: false,
  told: 0,
  handled: 0,
  silentMs: Infinity,
  roundTripMs: 0,
  roomBytes: 0,
  facts: noFacts,
  reset() {},
};
