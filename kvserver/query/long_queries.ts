import type { ActorContext } from "../../actor/mod.ts";
import { messageTypes } from "../messages/message_types.ts";
import { OwnTurns } from "./own_turns.ts";

/** Tells a query actor to answer the next query that is long. */
export interface LongQueryTurnMessage {
  type: typeof messageTypes.longQueryTurn;
}

/** A query that waits: its message `bytes[start..end)`. */
export interface LongQuery {
  /** Counter of the inbox of its connection. */
  readonly inbox: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * The queries of an actor that begin with a request whose answer is long: a page, a large value, many
 * values. Each has a turn of its own, one after the other: a message of the actor to itself, behind those
 * that wait already. So whoever asks for little is answered in between, and each long reply has reached its
 * connection, which is charged for it and cut when that is too much, before many more are made.
 */
export class LongQueries {
  #queries: LongQuery[] = [];
  #turns: OwnTurns;

  constructor(context: ActorContext) {
    this.#turns = new OwnTurns(context, messageTypes.longQueryTurn);
  }

  /** Has a query wait for its turn. */
  add(query: LongQuery): void {
    this.#queries.push(query);
    this.#turns.request();
  }

  /** Forgets the query of a connection that is closed. */
  forget(inbox: number): void {
    if (this.#queries.length > 0) {
      this.#queries = this.#queries.filter((query) => query.inbox !== inbox);
    }
  }

  /** Takes the query whose turn it is, if there is one: the caller answers it. */
  take(): LongQuery | undefined {
    this.#turns.begin();
    const query = this.#queries.shift();
    if (this.#queries.length > 0) this.#turns.request();
    return query;
  }
}
