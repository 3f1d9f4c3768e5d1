/**
 * The order of the Puts of a key, which decides who wrote last: the one place that makes orders and
 * says which ones win.
 *
 * Three bounds hold together, so that what a server writes can be read again:
 *
 * - a reader accepts timestamps up to `timestampMax` and sequences up to `sequenceMax`;
 * - `nextOrder` makes no order beyond these bounds, whatever the clock says and whatever is held;
 * - an order that arrives from another server is below `timestampNewMax` (and near the clock,
 *   `orderFault`), so that no number of Puts leads from there to the end.
 *
 * @module
 */

import type { Limits } from "../../limits.ts";
import { RpcError } from "../../rpc/mod.ts";

/** When a Put happened: a total order, because no two Puts of a key are equal. */
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

/** The server whose actor has this uid, `HOST:PORT/INCARNATION`: an incarnation is claimed by anybody. */
export function systemOf(uid: string): string {
  return uid.slice(0, uid.lastIndexOf("/"));
}

/** The greatest sequence of one timestamp. */
export const sequenceMax = 0xffffffff;

/** The greatest timestamp that a reader accepts, in the year 10889. */
export const timestampMax = 2 ** 48 - 1;

/** The greatest timestamp of a clock or of another server. 2^56 Puts of a key fit between it and the end. */
const timestampNewMax = timestampMax - 2 ** 24;

/**
 * Returns the order of a new Put, which beats the entry that the replica holds of the key. In the same
 * millisecond, and behind a clock that runs fast, the sequence counts on, so that no timestamp runs ahead
 * of the clocks. (Lamport's rule on hybrid time, as in Kulkarni et al., "Logical Physical Clocks".)
 *
 * @param nowMs of the actor's clock; one before 1970 or after the year 10888 is not believed
 * @param into the object to write the order to, so that a Put allocates none; not `current`
 * @throws {RpcError} `bad_request` when `current` is the greatest order that can be read.
 */
export function nextOrder(
  current: Pick<Order, "timestamp" | "sequence"> | undefined,
  nowMs: number,
  uid: string,
  into: Order = { timestamp: 0, sequence: 0, uid },
): Order {
  const clockMs = nowMs > timestampNewMax ? timestampNewMax : nowMs < 0 ? 0 : nowMs;
  into.timestamp = clockMs;
  into.sequence = 0;
  into.uid = uid;
  if (current === undefined || clockMs > current.timestamp) return into;
  into.timestamp = current.timestamp;
  if (current.sequence < sequenceMax) into.sequence = current.sequence + 1;
  else if (current.timestamp < timestampMax) into.timestamp++;
  else throw endOfTime();
  return into;
}

/**
 * Returns why an order that arrives from another server is refused; `null` when it is not. An order far
 * ahead of the clock would beat every Put of its key until that time.
 *
 * The bound holds for orders that arrive. An order on disk was accepted before, and is read whatever the
 * clock says, because a clock that was set back must not cost data.
 *
 * @param nowMs the clock of the server that receives it
 */
export function orderFault(
  order: Order,
  nowMs: number,
  limits: Pick<Limits, "timestampMaxAheadMs" | "uidBytesMax">,
): string | null {
  return timeFault(order, nowMs, limits) ?? uidFault(order.uid, limits);
}

/** As `orderFault`, whatever the uid is. */
export function timeFault(
  { timestamp, sequence }: Pick<Order, "timestamp" | "sequence">,
  nowMs: number,
  { timestampMaxAheadMs }: Pick<Limits, "timestampMaxAheadMs">,
): string | null {
  if (!isWithin(timestamp, timestampNewMax)) {
    return `timestamp ${timestamp} is out of bounds, allowed are 0 to ${timestampNewMax}`;
  }
  if (!isWithin(sequence, sequenceMax)) {
    return `sequence ${sequence} is out of bounds, allowed are 0 to ${sequenceMax}`;
  }
  if (timestamp > latestAccepted(nowMs, { timestampMaxAheadMs })) {
    return `timestamp ${timestamp} is ${timestamp - nowMs} ms ahead of the clock, allowed are ` +
      `${timestampMaxAheadMs}`;
  }
  return null;
}

/** Why a uid that arrives from another server is refused; `null` when it is not. */
export function uidFault(
  uid: string,
  { uidBytesMax }: Pick<Limits, "uidBytesMax">,
): string | null {
  if (uid.length > uidBytesMax) return `a uid is longer than ${uidBytesMax} bytes`;
  return isUid(uid) ? null : "a uid is not of the form HOST:PORT/INCARNATION/COUNTER";
}

/** The latest timestamp that a server accepts of another one while its clock shows `nowMs`. */
export function latestAccepted(
  nowMs: number,
  { timestampMaxAheadMs }: Pick<Limits, "timestampMaxAheadMs">,
): number {
  return nowMs + timestampMaxAheadMs;
}

/**
 * The floor that is taken over from another server: one that is further ahead than any entry may be counts as if it
 * were not. The clocks of two servers differ, so what one of them takes the other one must not refuse.
 */
export function acceptedFloor(
  floorMs: number,
  nowMs: number,
  limits: Pick<Limits, "timestampMaxAheadMs">,
): number {
  return Math.min(floorMs, latestAccepted(nowMs, limits));
}

/** Whether a text has the form of a uid. */
export function isUid(text: string): boolean {
  return uidForm.test(text);
}

/** Printable ASCII, since uids are compared and logged. */
const uidForm = /^[!-.0-~]+\/[0-9a-f]+\/[1-9][0-9]*$/;

function isWithin(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

function endOfTime(): RpcError {
  return new RpcError(
    "bad_request",
    "Cannot Put: the key holds the greatest order that there is, after which none comes",
  );
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
 * Taking the maximum of a total order is associative, commutative and idempotent, so replicas that have
 * received the same Puts hold the same entries, in whatever order and however often the Puts came.
 */
export function isLater(received: Order, held: Order | undefined): boolean {
  if (held === undefined) return true;
  if (received.timestamp !== held.timestamp) return received.timestamp > held.timestamp;
  if (received.sequence !== held.sequence) return received.sequence > held.sequence;
  // Uids are ASCII, where JavaScript's order of strings is the order of bytes.
  return received.uid > held.uid;
}
