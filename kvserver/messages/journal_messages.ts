/**
 * Messages between query actors and the journal of their server.
 *
 *     accepted  [actor (uint), message (uint), entries (bin)]
 *
 * is marshalled by hand: the query actor's counter, the number of the message (from 1 on), and entries
 * that the query actor accepted, as an `EntryBatch` writes them.
 *
 * @module
 */

import type { ActorRef } from "../../actor/mod.ts";
import type { EntryBatch } from "../entry/entry_batch.ts";
import { mismatch, type MsgpackReader, type MsgpackWriter } from "../../rpc/mod.ts";
import { firstBytes, type messageTypes } from "./message_types.ts";

/** When a Put is acknowledged: `strict`, once it is on disk; `relaxed`, at once, before it is on disk. */
export type Durability = "relaxed" | "strict";

/** Journal to query actor. */
export type JournalMessage = LoadMessage | CommitMessage;

/** Those that are about what a query actor has accepted. */
export type CommitMessage =
  | OnDiskMessage
  | FailingMessage
  | FlushMessage
  | CountUnwrittenMessage;

/** Brings entries that are on disk, when the server starts. */
export interface LoadMessage {
  type: typeof messageTypes.load;
  entries: Uint8Array;
  /** Is told `true` once the replica holds the entries. */
  replyTo: ActorRef;
}

/** Says that all messages of the query actor up to `message` are on disk. */
export interface OnDiskMessage {
  type: typeof messageTypes.onDisk;
  message: number;
}

/** Says that the disk refuses to be written, or no longer does. */
export interface FailingMessage {
  type: typeof messageTypes.failing;
  /** Why the disk refuses; absent: it no longer does. */
  reason?: string;
}

/** Asks to be told `true` once every accepted entry is on disk. */
export interface FlushMessage {
  type: typeof messageTypes.flush;
  replyTo: ActorRef;
}

/** Asks how many of the accepted entries are not on disk, as far as is known. */
export interface CountUnwrittenMessage {
  type: typeof messageTypes.countUnwritten;
  /** Is told the number. */
  replyTo: ActorRef;
}

/** Writes a message with accepted entries. */
export function writeAccepted(
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

/** Whether the message that begins with `first` holds accepted entries. */
export function isAccepted(first: number): boolean {
  return first === firstBytes.toJournal.accepted;
}

/** Entries that a query actor accepted. */
export interface AcceptedMessage {
  actor: number;
  message: number;
  /** A view of the message. */
  entries: Uint8Array;
}

/** Reads a message with accepted entries. @throws {TypeError} when `reader` holds another one. */
export function readAccepted(reader: MsgpackReader): AcceptedMessage {
  reader.arrayHeader();
  const actor = reader.uint();
  const message = reader.uint();
  const entries = reader.bin();
  if (actor === mismatch || message === mismatch || entries === undefined) {
    throw new TypeError("Cannot read accepted entries: the message is malformed");
  }
  return { actor, message, entries };
}
