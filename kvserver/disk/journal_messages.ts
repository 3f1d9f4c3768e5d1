/**
 * What query actors and the journal of their server tell each other.
 *
 *     took  [actor (uint), message (uint), entries (bin)]
 *
 * is marshalled by hand: the actor's counter, the number of its message, from 1 on, and entries as an
 * `EntryBatch` writes them.
 *
 * @module
 */

import type { ActorRef } from "../../actor/mod.ts";
import type { EntryBatch } from "../entry_batch.ts";
import { type MsgpackReader, type MsgpackWriter, notThis } from "../../rpc/mod.ts";

/** When a Put is answered: before it is on disk, which it is soon, or after. */
export type Durability = "relaxed" | "strict";

/** The journal to a query actor. */
export type JournalMessage = LoadMessage | OnDiskMessage | FailingMessage | FlushMessage;

/** Entries that are on disk, at the start. */
export interface LoadMessage {
  type: "load";
  entries: Uint8Array;
  /** Is told `true` when the replica has them. */
  replyTo: ActorRef;
}

/** All messages of the actor up to this one are on disk. */
export interface OnDiskMessage {
  type: "onDisk";
  message: number;
}

/** The disk refuses to be written, or no longer does. */
export interface FailingMessage {
  type: "failing";
  /** Why; absent when it no longer does. */
  reason?: string;
}

/** Asks to be told `true` when everything that was taken is on disk. */
export interface FlushMessage {
  type: "flush";
  replyTo: ActorRef;
}

/** The type byte of an array of three. Other messages to the journal are maps. */
const arrayOfThree = 0x93;

/** Writes what a query actor took. */
export function writeTook(
  writer: MsgpackWriter,
  actor: number,
  message: number,
  entries: EntryBatch,
): void {
  writer.arrayHeader(3);
  writer.int(actor);
  writer.int(message);
  const place = writer.beginBin();
  entries.write(writer);
  writer.endBin(place);
}

/** Whether the message that begins with `first` is what a query actor took. */
export function isTook(first: number): boolean {
  return first === arrayOfThree;
}

/** What a query actor took. */
export interface TookMessage {
  actor: number;
  message: number;
  /** A view. */
  entries: Uint8Array;
}

/** Reads what a query actor took. @throws {TypeError} when `reader` does not hold that. */
export function readTook(reader: MsgpackReader): TookMessage {
  reader.arrayHeader();
  const actor = reader.uint();
  const message = reader.uint();
  const entries = reader.bin();
  if (actor === notThis || message === notThis || entries === undefined) {
    throw new TypeError("Cannot read what a query actor took: it is malformed");
  }
  return { actor, message, entries };
}
