/**
 * What a client asks that only the sync actor of its server knows. A question travels in the next message
 * of the query actor that was asked, and its answer in one of those that come back: so questions keep to
 * the pace of both actors, however many there are.
 *
 * @module
 */

/** A question, without what tells it from others. */
export type Question =
  /** Who is known, as rows of `Members`. */
  | { type: "members" }
  /** To forget a server: whether it was known. */
  | { type: "forget"; address: string };

/** A question on its way to the sync actor. */
export type SyncQuestion = Question & {
  /** Comes back with the answer. */
  id: number;
};

/** An answer on its way back: what the client is answered. */
export interface SyncAnswer {
  /** Of the question. */
  id: number;
  /** The result, any value; absent: the error is answered. */
  result?: unknown;
  error?: { code: string; message: string };
}
