/**
 * Messages between a `QueryReceiver` and its query actor, marshalled by hand: request frames as they
 * came from the socket, response frames as they go to the socket.
 *
 *     query     [inbox (uint), connections (uint), frames (bin)]
 *     commands  [inbox (uint), connections (uint), ends (array of str, or nil), commands (bin)]
 *     reply     [responses (bin), consumed (uint), close (bool), deferred (uint)]
 *     last      [responses (bin), consumed (uint), close (bool), deferred (uint), barred (bool)]
 *     deferred  [responses (bin), count (uint)]
 *     part      [bytes (bin)], or [nil]
 *     end       []
 *     admitted  [nil, nil, nil]
 *
 * A `deferred` message of no replies is of notifications to one who watches.
 *
 * Frames and commands come last, so that a message can be completed where they lie.
 *
 * Parts come before the reply whose last response frame they complete; nil takes those back that came.
 * `deferred` is how many of the requests are answered in deferred replies instead. `commands` are those of
 * a Redis client, with the addresses of its connection the first time; the `last` reply is one behind
 * which the client hears nothing more, because it asked for the end, or showed too many wrong tokens
 * (`barred`). An `end` ends a connection whose token is known no more; `admitted` says, once, that one was
 * shown that is known.
 *
 * @module
 */

import type { ActorContext } from "../../actor/mod.ts";
import type { TokenEntry } from "../../access/mod.ts";
import { type Answer, mismatch, type MsgpackReader, type MsgpackWriter } from "../../rpc/mod.ts";
import { firstBytes, type messageTypes } from "../messages/message_types.ts";

/** The first bytes of these messages, read once because there are very many. */
const {
  toQueryActor: { query: queryByte, commands: commandsByte },
  toQueryReceiver: {
    deferredReplies: deferredByte,
    lastReply: lastReplyByte,
    part: partByte,
    end: endByte,
    admitted: admittedByte,
  },
} = firstBytes;

/** Of a reply: the header of its array, and that of its response frames. */
const bytesBeforeReplies = 6;

/** Tells a query actor that asks for tokens of a connection, before the first query that comes on it. */
export interface OpenedMessage {
  type: typeof messageTypes.opened;
  /** Counter of its inbox. */
  inbox: number;
  /** Where it comes from. */
  host: string;
}

/** Tells a query actor that a connection was closed on which queries came. */
export interface ClosedMessage {
  type: typeof messageTypes.closed;
  /** Counter of its inbox. */
  inbox: number;
}

/** Tells a query actor that the network took the notifications that it told a connection last. */
export interface NotifiedMessage {
  type: typeof messageTypes.notified;
  /** Counter of its inbox. */
  inbox: number;
}

/** Tells a query actor which tokens are known from now on. */
export interface TokensMessage {
  type: typeof messageTypes.tokens;
  tokens: readonly TokenEntry[];
}

/** Whether the message that begins with `first` is a query. */
export function isQuery(first: number): boolean {
  return first === queryByte;
}

/** Whether the message that begins with `first` is of commands of a Redis client. */
export function isCommands(first: number): boolean {
  return first === commandsByte;
}

/** A query, or commands, as their actor reads them; one object serves for many. */
export class Query {
  /** Counter of the inbox, on the actor's thread, where the reply goes. */
  inbox = 0;
  /** Open connections of the receiver, for `Stats`. */
  connections = 0;
  /** The frames, or commands, are `bytes[start..end)`. */
  start = 0;
  end = 0;
  /** The addresses of the connection, the first time that commands come on it. */
  ends: ConnectionEnds | undefined;

  /** Reads the message that `reader` holds. @throws {TypeError} when it is none: a bug. */
  read(reader: MsgpackReader): void {
    reader.arrayHeader();
    this.inbox = reader.uint();
    this.connections = reader.uint();
    this.#readFrames(reader);
  }

  /** As `read`, of commands. */
  readCommands(reader: MsgpackReader): void {
    reader.arrayHeader();
    this.inbox = reader.uint();
    this.connections = reader.uint();
    this.ends = undefined;
    if (!reader.nil()) {
      reader.arrayHeader();
      this.ends = { peer: reader.str()!, local: reader.str()! };
    }
    this.#readFrames(reader);
  }

  #readFrames(reader: MsgpackReader): void {
    const byteCount = reader.binHeader();
    if (byteCount === mismatch) throw new TypeError("Cannot read a query: it has no frames");
    this.start = reader.at;
    this.end = reader.at + byteCount;
  }
}

/** The addresses of a connection, as `host:port`. */
export interface ConnectionEnds {
  readonly peer: string;
  readonly local: string;
}

/** Writes what stands before the commands of a Redis client. @param ends the first time */
export function writeCommandsHead(
  writer: MsgpackWriter,
  inbox: number,
  connections: number,
  ends: ConnectionEnds | undefined,
  byteCount: number,
): void {
  writer.arrayHeader(4);
  writer.int(inbox);
  writer.int(connections);
  if (ends === undefined) writer.nil();
  else {
    writer.arrayHeader(2);
    writer.str(ends.peer);
    writer.str(ends.local);
  }
  writer.binHeader(byteCount);
}

/** Writes what stands before the frames of a query. */
export function writeQueryHead(
  writer: MsgpackWriter,
  inbox: number,
  connections: number,
  byteCount: number,
): void {
  writer.arrayHeader(3);
  writer.int(inbox);
  writer.int(connections);
  writer.binHeader(byteCount);
}

/** Begins a reply: response frames follow, then `endReply`. @returns the place of the frames. */
export function beginReply(writer: MsgpackWriter): number {
  writer.arrayHeader(4);
  return writer.beginBin();
}

/**
 * Makes the reply that began at `place`, and is ended, the last one.
 *
 * @param isBarred whether that is because too many wrong tokens were shown
 */
export function makeLast(writer: MsgpackWriter, place: number, isBarred: boolean): void {
  writer.bytes[writer.start + place - bytesBeforeReplies] = lastReplyByte;
  writer.bool(isBarred);
}

/** Writes that the connection is to end, because its token is known no more. */
export function writeEnd(writer: MsgpackWriter): void {
  writer.arrayHeader(0);
}

/** Whether the message that begins with `first` ends the connection. */
export function isEnd(first: number): boolean {
  return first === endByte;
}

/** Writes that a token was shown on the connection that is known. */
export function writeAdmitted(writer: MsgpackWriter): void {
  writer.arrayHeader(3);
  for (let i = 0; i < 3; i++) writer.nil();
}

/** Whether the message that begins with `first` says so. */
export function isAdmitted(first: number): boolean {
  return first === admittedByte;
}

/** Ends the reply whose frames began at `place`. */
export function endReply(
  writer: MsgpackWriter,
  place: number,
  answer: Answer,
  deferred: number,
): void {
  writer.endBin(place);
  writer.int(answer.consumed);
  writer.bool(answer.close);
  writer.int(deferred);
}

/** Begins a deferred reply: response frames follow, then `endDeferred`. @returns the place of the frames. */
export function beginDeferred(writer: MsgpackWriter): number {
  writer.arrayHeader(2);
  return writer.beginBin();
}

/** Ends the deferred reply whose frames, `count` of them, began at `place`. */
export function endDeferred(writer: MsgpackWriter, place: number, count: number): void {
  writer.endBin(place);
  writer.int(count);
}

/** Tells a connection, by the counter of its inbox on the actor's thread, the message that was written. */
export function tellConnection(context: ActorContext, inbox: number): void {
  const { address, incarnation } = context.self;
  context.tellWritten({ address, incarnation, counter: inbox });
}

/** Begins a part: bytes follow, then `endPart`. @returns the place of the bytes. */
export function beginPart(writer: MsgpackWriter): number {
  writer.arrayHeader(1);
  return writer.beginBin();
}

/** Ends the part whose bytes began at `place`. */
export function endPart(writer: MsgpackWriter, place: number): void {
  writer.endBin(place);
}

/** Writes that the parts that came are to be forgotten. */
export function writeNoParts(writer: MsgpackWriter): void {
  writer.arrayHeader(1);
  writer.nil();
}

/** Whether the message that begins with `first` is a part. */
export function isPart(first: number): boolean {
  return first === partByte;
}

/** Reads the part that `reader` holds, a view; `undefined`: those that came are to be forgotten. */
export function readPart(reader: MsgpackReader): Uint8Array | undefined {
  reader.arrayHeader();
  return reader.nil() ? undefined : reader.bin();
}

/** A reply as a receiver reads it. */
export interface QueryReply extends Answer {
  /** Whole response frames. */
  replies: Uint8Array;
  /** The parts that complete them. */
  pieces?: readonly Uint8Array[];
  deferred: number;
  isLast: boolean;
  /** Whether it is the last one because too many wrong tokens were shown. */
  isBarred: boolean;
}

/** Whether the message that begins with `first` is a deferred reply. */
export function isDeferred(first: number): boolean {
  return first === deferredByte;
}

/** Reads the reply that `reader` holds; the frames are a view. @throws {TypeError} when it is none. */
export function readReply(reader: MsgpackReader): QueryReply {
  const isLast = reader.arrayHeader() > 4;
  const replies = reader.bin();
  const consumed = reader.uint();
  const close = reader.bool();
  const deferred = reader.uint();
  if (
    replies === undefined || consumed === mismatch || close === undefined || deferred === mismatch
  ) {
    throw malformed();
  }
  const isBarred = isLast && reader.bool() === true;
  return { replies, consumed, close, deferred, isLast, isBarred };
}

/** Reads the deferred reply that `reader` holds, as `readReply` does. */
export function readDeferred(reader: MsgpackReader): { replies: Uint8Array; count: number } {
  reader.arrayHeader();
  const replies = reader.bin();
  const count = reader.uint();
  if (replies === undefined || count === mismatch) throw malformed();
  return { replies, count };
}

function malformed(): TypeError {
  return new TypeError("Cannot read the reply to a query: it is malformed");
}
