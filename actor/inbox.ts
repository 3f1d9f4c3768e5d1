import type { ActorRef } from "./actor_ref.ts";

/**
 * A ref for code outside the actors, which takes any number of messages: how they leave the actors
 * for a socket or a disk. (After Akka's `Inbox`.)
 */
export interface Inbox {
  /** Where messages are to be told. */
  readonly ref: ActorRef;
  /** Ends it: messages to it are dropped. */
  close(): void;
}

/**
 * Takes a message of an inbox as it was marshalled, `bytes[start..end)`; the bytes do not change any
 * more. Called while the sender handles its own message: it must not take long, nor throw.
 */
export type ReceiveMarshalled = (bytes: Uint8Array, start: number, end: number) => void;
