/**
 * The order of the Puts of a key, which decides who wrote last.
 *
 * @module
 */

/** When a Put happened. Total: no two Puts of a key are equal. */
export interface Order {
  /** Wall clock of the actor that accepted the Put, milliseconds since the epoch. */
  timestamp: number;
  /** u32; counts the Puts that would otherwise not be later than the one before. */
  sequence: number;
  /** `uid` of the query actor that accepted the Put. */
  uid: string;
}

/** The incarnation of the server whose actor has this uid. */
export function incarnationOf(uid: string): string {
  return uid.split("/")[1];
}

/** The greatest sequence of one timestamp. */
export const sequenceMax = 0xffffffff;

/**
 * The order of a new Put, which beats what its actor holds of the key: in the same millisecond, and
 * behind a clock that runs fast, the sequence counts on, so that no timestamp runs ahead of the
 * clocks. (Lamport's rule on hybrid time, as in Kulkarni et al., "Logical Physical Clocks".)
 *
 * @param into is made that order and returned, so that a Put need not make one; not `current`
 */
export function nextOrder(
  current: Order | undefined,
  nowMs: number,
  uid: string,
  into: Order = { timestamp: 0, sequence: 0, uid },
): Order {
  into.timestamp = nowMs;
  into.sequence = 0;
  into.uid = uid;
  if (current === undefined || nowMs > current.timestamp) return into;
  into.timestamp = current.timestamp;
  if (current.sequence < sequenceMax) into.sequence = current.sequence + 1;
  else into.timestamp++;
  return into;
}

/**
 * Whether a received Put replaces the held one.
 *
 * | received vs. held | result |
 * |---|---|
 * | key not held | take received |
 * | received timestamp greater / smaller | take received / keep held |
 * | equal timestamps, received sequence greater / smaller | take received / keep held |
 * | both equal, received uid greater (bytewise) | take received |
 * | all equal, or uid smaller | keep held |
 *
 * Taking the maximum of a total order is associative, commutative and idempotent: replicas that
 * have received the same Puts hold the same, in whatever order and however often they came.
 */
export function isLater(received: Order, held: Order | undefined): boolean {
  if (held === undefined) return true;
  if (received.timestamp !== held.timestamp) return received.timestamp > held.timestamp;
  if (received.sequence !== held.sequence) return received.sequence > held.sequence;
  // Uids are ASCII, where JavaScript's order of strings is the order of bytes.
  return received.uid > held.uid;
}
