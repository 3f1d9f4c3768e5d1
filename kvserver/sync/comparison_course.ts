/**
 * The course of a comparison of two servers: what its messages say, and what each of both servers knows of it
 * between two messages. Whether one begins, and how far it is, `PeerComparison` knows.
 *
 * @module
 */

import type { Compared } from "../messages/replica_messages.ts";
import { readSeen, seenSum } from "../versions/version_bytes.ts";

/** Why a comparison begins. */
export const causes = {
  /** It is time. */
  time: 0,
  /** One of both may lack something that nothing else brings. */
  owed: 1,
  /** The server that begins it takes over what the other one holds, be it put just now. */
  urgent: 2,
  /** Something was left out of account in the last one that was owed: nothing is in this one. */
  again: 3,
} as const;

/** The id of a comparison: by it both servers know the cause. */
export function comparisonId(number: number, cause: number): number {
  return 4 * (number + 1) + cause;
}

/** Why a comparison began. */
export function causeOf(id: number): number {
  return id % 4;
}

/** What stands in a message between sync actors of a comparison. */
export interface ComparisonStep {
  /** Of the comparison, chosen by the server that begins it. */
  readonly id: number;
  /** How many messages of the comparison, of both servers, were before it; 0: it begins with this one. */
  readonly place: number;
  /** A message of `kvserver/reconcile`; without any bytes: the comparison is over. */
  readonly ranges: Uint8Array;
  /** What the sender's replica had seen when its part of it began; absent: that was told, or its sum was. */
  readonly seen?: Uint8Array;
  /** In a message with which one begins that is likely to be over soon: what stands for what was seen. */
  readonly seenSum?: Uint8Array;
  /** Whether the sender left something out of account in its answer: then neither has all that the other has. */
  readonly leftOut?: boolean;
}

/** What stays the same while a comparison goes on, but for the messages that came. */
export interface Course {
  readonly id: number;
  /** Whether this server began it. */
  readonly isOwn: boolean;
  /** Whether one was urgent to this server when it began. */
  readonly wasUrgent: boolean;
  /** Messages of the peer that came. */
  readonly heard: number;
  /** What the own replica had seen when it began; absent: it has not answered yet. */
  readonly own?: Uint8Array;
  /** Whether the peer was told that, and not only what stands for it. */
  readonly hasToldOwn: boolean;
  /** What the peer's replica had seen; absent: it has not said so. */
  readonly theirs?: Uint8Array;
  /** What stands for that. */
  readonly theirSum?: Uint8Array;
}

/** The place of what this server says next, or has said and waits for the answer to. */
function ownPlace({ isOwn, heard }: Course): number {
  return isOwn ? 2 * heard : 2 * heard - 1;
}

/** The place of what the peer says next. */
export function nextPlace(of: Course): number {
  return ownPlace(of) + 1;
}

/** What is known of a comparison that was lost here, by the place of a message of the peer. */
export function lostCourse(id: number, place: number): Course {
  const isOwn = place % 2 === 1;
  const heard = isOwn ? (place + 1) / 2 : place / 2 + 1;
  return { id, isOwn, wasUrgent: false, heard, hasToldOwn: false };
}

/** One more message of the peer came. */
export function heardMore(of: Course): Course {
  return { ...of, heard: of.heard + 1 };
}

/** A message of the peer says what its replica has seen, perhaps: of the message no more is kept. */
export function told(of: Course, { seen, seenSum }: ComparisonStep): Course {
  return { ...of, theirs: of.theirs ?? seen?.slice(), theirSum: of.theirSum ?? seenSum?.slice() };
}

/**
 * What to say. What was seen is said once: with the first message that may be answered with entries. Those
 * who begin with a sum of everything say what stands for it, and the answer says it unless all is equal.
 */
export function saying(
  before: Course,
  { ranges, seen, leftOut }: Pick<Compared, "ranges" | "seen" | "leftOut">,
): { of: Course; step: ComparisonStep } {
  const own = before.own ?? seen?.slice();
  const { id, isOwn, heard } = before;
  const isLikelyOver = isOwn && heard === 0 && causeOf(id) === causes.time;
  const isOver = ranges === undefined && before.theirs === undefined;
  const isToTell = !before.hasToldOwn && !isLikelyOver && !isOver;
  const of = { ...before, own, hasToldOwn: before.hasToldOwn || isToTell };
  const place = ownPlace(before);
  const step: ComparisonStep = { id, place, ranges: ranges?.slice() ?? new Uint8Array(), leftOut };
  if (isLikelyOver) return { of, step: { ...step, seenSum: seenSum(readSeen(own)) } };
  return { of, step: isToTell ? { ...step, seen: own } : step };
}
