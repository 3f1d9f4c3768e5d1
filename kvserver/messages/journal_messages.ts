/**
 * Messages between query actors and the journal of their server.
 *
 *     accepted  [actor (uint), message (uint), removals (bin), entries (bin), seen (bin)]
 *
 * is marshalled by hand: the query actor's counter, the number of the message (from 1 on), entries that are
 * gone, entries that the query actor accepted, both as an `EntryBatch` writes them, and what it has seen when
 * these and those of all messages before are on disk, as `seenBytes` writes it. Each of the three may be
 * empty.
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

/** Brings what is on disk, when the server starts. */
export interface LoadMessage {
  type: typeof messageTypes.load;
  /** Entries; absent: there are none. */
  entries?: Uint8Array;
  /** What the disk has seen, as `seenBytes` writes it, behind all entries; absent: it comes later. */
  seen?: Uint8Array;
  /** About how many entries are on disk, 0 behind all of them; absent: nothing more is known of that. */
  expected?: number;
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

/** What a message with accepted entries holds. */
export interface Accepted {
  /** Entries that are gone; absent: none are. */
  readonly removals?: Uint8Array;
  readonly entries: EntryBatch;
  /** Absent: nothing more than before. */
  readonly seen?: Uint8Array;
}

/** Writes a message with accepted entries. */
export function writeAccepted(
  writer: MsgpackWriter,
  actor: number,
  message: number,
  { removals, entries, seen }: Accepted,
): void {
  writer.arrayHeader(5);
  writer.int(actor);
  writer.int(message);
  writer.bin(removals ?? nothing);
  const place = writer.beginBin();
  if (entries.size > 0) entries.write(writer);
  writer.endBin(place);
  writer.bin(seen ?? nothing);
}

const nothing = new Uint8Array();

/** Whether the message that begins with `first` holds accepted entries. */
export function isAccepted(first: number): boolean {
  return first === firstBytes.toJournal.accepted;
}

/** Entries that a query actor accepted. */
export interface AcceptedMessage {
  actor: number;
  message: number;
  /** Views of the message; without any bytes there are none. */
  removals: Uint8Array;
  entries: Uint8Array;
  seen: Uint8Array;
}

/** Reads a message with accepted entries. @throws {TypeError} when `reader` holds another one. */
export function readAccepted(reader: MsgpackReader): AcceptedMessage {
  reader.arrayHeader();
  const actor = reader.uint();
  const message = reader.uint();
  const [removals, entries, seen] = [reader.bin(), reader.bin(), reader.bin()];
  if (
    actor === mismatch || message === mismatch || removals === undefined ||
    entries === undefined || seen === undefined
  ) {
    throw new TypeError("Cannot read accepted entries: the message is malformed");
  }
  return { actor, message, removals, entries, seen };
}
