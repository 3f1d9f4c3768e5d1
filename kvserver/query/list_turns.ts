import type { ActorContext } from "../../actor/mod.ts";
import { wireLimits } from "../../limits.ts";
import type { LongReply } from "../../resp/mod.ts";
import { isAllocationFailure, type MsgpackWriter } from "../../rpc/mod.ts";
import { messageTypes } from "../messages/message_types.ts";
import type { GroupCommit } from "./group_commit.ts";
import { OwnTurns } from "./own_turns.ts";
import {
  beginPart,
  beginReply,
  endPart,
  endReply,
  tellConnection,
  writeNoParts,
} from "./query_message.ts";

/** Leaves room for what stands around the parts of a reply in its frame. */
const partsBytesMax = wireLimits.frameBytesMax - 64;

/** A part may pass its bound by as much, mostly. */
const slackBytes = 4 * 1024;

/** A List, or what is as long, that is to be made in turns. */
export interface LongList {
  /** Counter of the inbox of its connection. */
  readonly inbox: number;
  /** Bytes of the request's frame, or of the command. */
  readonly requestBytes: number;
  readonly reply: LongReply;
}

/** Tells a query actor to make the next part of a List. */
export interface ListTurnMessage {
  type: typeof messageTypes.listTurn;
}

/** How far a List is. */
interface Progress extends LongList {
  /** The last key that was looked at. */
  after?: Uint8Array;
  /** Entries in its parts, and their bytes. */
  count: number;
  bytes: number;
}

/**
 * Makes long Lists part by part, so that the other queries of the actor go on in between: a part is one
 * message to itself, behind those that wait already. A few Lists take turns, the others wait for one of
 * them, so that only a few grow at a time.
 *
 * The parts go to the connection as they are made, where they wait for the last one, because only then
 * the length of the response is known. So a List shows each entry as it is when its part is made.
 */
export class ListTurns {
  #context: ActorContext;
  #commit: GroupCommit | undefined;
  #onReplied: (inbox: number) => void;
  #lists: Progress[] = [];
  #turns: OwnTurns;

  /**
   * @param onReplied called with the inbox of a connection behind a reply to it
   * @param commit of a server that acknowledges writes when they are on disk
   */
  constructor(
    context: ActorContext,
    onReplied: (inbox: number) => void,
    commit: GroupCommit | undefined,
  ) {
    this.#onReplied = onReplied;
    this.#commit = commit;
    this.#context = context;
    this.#turns = new OwnTurns(context, messageTypes.listTurn);
  }

  /** Adds a List. */
  begin(list: LongList): void {
    this.#lists.push({ ...list, count: 0, bytes: 0 });
    this.#turns.request();
  }

  /** Forgets the List of a connection that is closed. */
  forget(inbox: number): void {
    this.#lists = this.#lists.filter((list) => list.inbox !== inbox);
  }

  /** Makes one part. */
  turn(): void {
    this.#turns.begin();
    const list = this.#lists.shift();
    if (list === undefined) return;
    if (!this.#tryPart(list)) {
      const { listsAtOnce } = this.#context.limits;
      this.#lists.splice(Math.min(listsAtOnce - 1, this.#lists.length), 0, list);
    }
    if (this.#lists.length > 0) this.#turns.request();
  }

  /** As `#writePart`; without memory for a part the List is refused. */
  #tryPart(list: Progress): boolean {
    try {
      return this.#writePart(list);
    } catch (error) {
      if (!isAllocationFailure(error)) throw error;
      this.#context.abandonMessage();
      this.#refuse(list, (writer) => list.reply.writeNoMemory(writer));
      return true;
    }
  }

  /** @returns whether it was the last one; then the reply is sent too. */
  #writePart(list: Progress): boolean {
    const writer = this.#context.beginMessage();
    // More than a chunk of messages holds, so that the part has a buffer of its own.
    writer.ensure(this.#context.limits.listPartBytes + slackBytes);
    const place = beginPart(writer);
    const { count, isDone, after } = list.reply.writePart(writer, list.after);
    const { isWrite, isMuted } = list.reply;
    list.count += count;
    if (!isMuted) list.bytes += writer.size - place;
    endPart(writer, place);
    if (isWrite || isMuted) this.#context.abandonMessage();
    else tellConnection(this.#context, list.inbox);
    if (list.bytes > partsBytesMax) {
      this.#refuse(list, (writer) => list.reply.writeTooLong(writer));
      return true;
    }
    if (!isDone) list.after = after;
    else this.#reply(list, (writer) => list.reply.writeHead(writer, list.count, list.bytes));
    return isDone;
  }

  #refuse(list: Progress, write: (writer: MsgpackWriter) => void): void {
    writeNoParts(this.#context.beginMessage());
    tellConnection(this.#context, list.inbox);
    this.#reply(list, write);
  }

  #reply(list: Progress, write: (writer: MsgpackWriter) => void): void {
    const writer = this.#context.beginMessage();
    const place = beginReply(writer);
    write(writer);
    const answer = { consumed: list.requestBytes, close: false };
    if (list.reply.isWrite && this.#commit !== undefined) {
      const replies = writer.written().slice(place);
      this.#context.abandonMessage();
      const writes = [0, replies.length];
      const ends = { isLast: false, isBarred: false };
      return this.#commit.acknowledgeOnDisk({ ...list, ...answer, ...ends, replies, writes });
    }
    endReply(writer, place, answer, 0);
    tellConnection(this.#context, list.inbox);
    this.#onReplied(list.inbox);
  }
}
