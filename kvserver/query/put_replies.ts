import type { ActorContext } from "../../actor/mod.ts";
import {
  type MsgpackWriter,
  type RpcError,
  writeErrorResponse,
  writeFlagResponse,
} from "../../rpc/mod.ts";
import { refusalOf, ReplyWriter } from "../../resp/mod.ts";
import type { Door } from "./query_figures.ts";
import type { FramedPuts, HeldCommands, PutRequests } from "./pending_acks.ts";
import {
  beginDeferred,
  beginReply,
  endDeferred,
  endReply,
  makeLast,
  tellConnection,
} from "./query_message.ts";

/** Called with the door, the code of the error, and how many Puts that came by it are refused. */
export type OnRefusedPuts = (door: Door, code: string, count: number) => void;

/** Writes the deferred replies to Puts: one message for each group of requests of a connection. */
export class PutReplies {
  #context: ActorContext;
  #onReleased: (inbox: number) => void;
  #onRefused: OnRefusedPuts;

  /** @param onReleased called with the inbox of a connection behind the replies to it that were held */
  constructor(
    context: ActorContext,
    onReleased: (inbox: number) => void,
    onRefused: OnRefusedPuts = () => {},
  ) {
    this.#context = context;
    this.#onReleased = onReleased;
    this.#onRefused = onRefused;
  }

  /** Replies that the Puts are on disk. */
  acknowledge(puts: readonly PutRequests[]): void {
    for (const request of puts) {
      if ("msgids" in request) this.#reply(request, writeFlagResponse);
      else this.#release(request, (writer) => writer.raw(request.replies));
    }
  }

  /** Replies that the Puts failed. */
  refuse(puts: readonly PutRequests[], error: RpcError): void {
    const { code, message } = error;
    for (const request of puts) {
      if ("msgids" in request) {
        this.#reply(request, (writer, msgid) => writeErrorResponse(writer, msgid, code, message));
        this.#onRefused("frames", code, request.msgids.length);
      } else {
        this.#release(request, (writer) => writeRefused(writer, request, refusalOf(error)));
        this.#onRefused("redis", code, request.writes.length / 2);
      }
    }
  }

  #reply(
    { inbox, msgids, results }: FramedPuts,
    write: (writer: MsgpackWriter, msgid: number, result: boolean | null) => void,
  ): void {
    const writer = this.#context.beginMessage();
    const place = beginDeferred(writer);
    for (let i = 0; i < msgids.length; i++) write(writer, msgids[i], results[i]);
    endDeferred(writer, place, msgids.length);
    tellConnection(this.#context, inbox);
  }

  #release(held: HeldCommands, write: (writer: MsgpackWriter) => void): void {
    const writer = this.#context.beginMessage();
    const place = beginReply(writer);
    write(writer);
    endReply(writer, place, held, 0);
    if (held.isLast) makeLast(writer, place, held.isBarred);
    tellConnection(this.#context, held.inbox);
    this.#onReleased(held.inbox);
  }
}

/** The replies that were held, with the refusal in place of those to writes. */
function writeRefused(
  writer: MsgpackWriter,
  { replies, writes }: HeldCommands,
  refusal: string,
): void {
  const reply = new ReplyWriter(writer);
  let at = 0;
  for (let i = 0; i < writes.length; i += 2) {
    writer.raw(replies, at, writes[i]);
    at = writes[i + 1];
    // A client that wants no replies gets no refusal either.
    if (at > writes[i]) reply.error(refusal);
  }
  writer.raw(replies, at);
}
