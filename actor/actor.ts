import type { Accounted, Limited, MsgpackWriter } from "../rpc/mod.ts";
import type { Logger } from "../log/mod.ts";
import type { ActorRef } from "./actor_ref.ts";
import type { MeetingOutcome } from "./introductions.ts";
import type { SystemStats } from "./stats.ts";
import type { LinkState } from "./tell_network.ts";

/**
 * Reads and writes its own fields and sends messages, nothing else: no I/O but logging, no await,
 * no memory shared with anything outside, no module-level state.
 */
export interface Actor {
  /**
   * Handles one message; the next one waits until it returns. A throw is reported to the system's
   * `onError`, and the actor goes on with the next message.
   */
  onMessage(message: unknown): void;
  /**
   * Handles a message as it was marshalled, `bytes[start..end)`, if it is one of those that the actor
   * reads by itself: for messages so frequent that unmarshalling them would count. The bytes do not
   * change, also not later.
   *
   * @returns whether it was one; otherwise `onMessage` gets it.
   */
  onMarshalled?(bytes: Uint8Array, start: number, end: number): boolean;
}

/** Makes an actor; called once, when the actor starts. */
export type NewActor = (context: ActorContext) => Actor;

/** How a message travels. */
export interface TellOptions {
  /**
   * Whether it may use the room of a link that ordinary messages leave free: for a sender that
   * checks `roomBytes` first, and so loses nothing.
   */
  reserved?: boolean;
}

/** All that an actor is given: its ref, clock, bounds, log and figures, and how it sends. */
export interface ActorContext extends Limited, Accounted {
  /** The actor's own ref. */
  readonly self: ActorRef;
  /**
   * Sends a message and returns at once. In order per receiver; at most once; silent to the sender
   * when the receiver is gone.
   *
   * @throws {UnmarshallableError} when `message` cannot travel; names the path to the part.
   */
  tell(ref: ActorRef, message: unknown, options?: TellOptions): void;
  /**
   * Begins a message that the actor marshals by hand; it writes exactly one value, and calls
   * `tellWritten`, before it tells anything else.
   */
  beginMessage(): MsgpackWriter;
  /** Sends the message that was begun. */
  tellWritten(ref: ActorRef): void;
  /** Forgets the message that was begun. */
  abandonMessage(): void;
  /** Sends `message`, as it is now, `delayMs` milliseconds from now. @returns what calls that off. */
  tellAfter(ref: ActorRef, message: unknown, delayMs: number): () => void;
  /** The state of the link to a remote actor's system; dials it if there is none. */
  link(ref: ActorRef): LinkState;
  /** Sends itself `message` whenever the state of that link changes. */
  watchLink(ref: ActorRef, message: unknown): void;
  /**
   * Has the system of `ref` greeted at its address, and sends itself a message of what became of that; none for a
   * system that is being met already.
   *
   * @param by the actor whose system named it
   * @param message makes the message, also of which incarnation answered in its place, if it said so
   */
  meet(
    ref: ActorRef,
    by: ActorRef,
    message: (outcome: MeetingOutcome, found?: string) => unknown,
  ): void;
  /** Ends the link to a remote actor's system. */
  unlink(ref: ActorRef): void;
  /**
   * Keeps the message that is being handled from counting as handled until the function returned is called: so
   * long its sender, if it is another system, waits for the acknowledgement. Messages of one sender have to be
   * released in the order in which they came, and all that come behind one that is held have to be held too.
   */
  hold(): () => void;
  /** Whether another system claims the address of this one, as others find; known on the main thread. */
  isContested(): boolean;
  /** Whether `ref` names an actor of this incarnation of the system. */
  isLocal(ref: ActorRef): boolean;
  /** Wall clock: milliseconds since the epoch, an integer; may jump either way. */
  now(): number;
  /** Milliseconds since some fixed moment; never goes back. */
  monotonicMs(): number;
  /**
   * As `monotonicMs`, when it was read last: behind by what this turn has taken so far. It costs nothing, while a
   * look at the clock takes as long as a small message.
   */
  recentMs(): number;
  /** Takes the log records of the actor. */
  readonly log: Logger;
  /** The figures of the actor's system at this moment. */
  stats(): SystemStats;
}
