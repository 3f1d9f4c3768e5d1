import type { ActorContext } from "../../actor/mod.ts";
import {
  type MsgpackWriter,
  type RpcError,
  writeErrorResponse,
  writeFlagResponse,
} from "../../rpc/mod.ts";
import type { PutRequests } from "./pending_acks.ts";
import { beginDeferred, endDeferred } from "./query_message.ts";

/** Writes the deferred replies to Puts: one message for each group of requests of a connection. */
export class PutReplies {
  #context: ActorContext;

  constructor(context: ActorContext) {
    this.#context = context;
  }

  /** Replies that the Puts are on disk. */
  acknowledge(puts: readonly PutRequests[]): void {
    this.#reply(puts, writeFlagResponse);
  }

  /** Replies that the Puts failed. */
  refuse(puts: readonly PutRequests[], { code, message }: RpcError): void {
    this.#reply(puts, (writer, msgid) => writeErrorResponse(writer, msgid, code, message));
  }

  #reply(
    puts: readonly PutRequests[],
    write: (writer: MsgpackWriter, msgid: number, result: boolean | null) => void,
  ): void {
    const { address, incarnation } = this.#context.self;
    for (const { inbox, msgids, results } of puts) {
      const writer = this.#context.beginMessage();
      const place = beginDeferred(writer);
      for (let i = 0; i < msgids.length; i++) write(writer, msgids[i], results[i]);
      endDeferred(writer, place, msgids.length);
      this.#context.tellWritten({ address, incarnation, counter: inbox });
    }
  }
}
