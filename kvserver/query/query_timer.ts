import type { ActorThread } from "../../actor/mod.ts";
import { perKey } from "../messages/per_key.ts";
import type { TimeCounter } from "../messages/time_histogram.ts";
import {
  type CountedMethod,
  type Door,
  doors,
  durationsOf,
  type TimedMethod,
} from "./query_figures.ts";

/** One in so many reads is timed, because to look at the clock costs as much as some queries. */
export const timedEvery = 16;

/** The queries of one read that is timed. */
interface TimedRead {
  readonly door: Door;
  readonly count: number;
  readonly sinceMs: number;
  /** How many of them were found to ask for what, as far as that is counted. */
  readonly asked: Map<CountedMethod, number>;
}

/**
 * Times some of the queries that come to the ports of a thread, from when they were read to when their replies
 * are written. A port does not know what they ask: the query actors say so.
 */
export class QueryTimer {
  #counters: Readonly<Record<Door, Readonly<Record<TimedMethod, TimeCounter>>>>;
  #reads = { frames: 0, redis: 0 };
  /** By the inbox of the connection. */
  #timed = new Map<number, TimedRead>();

  constructor(thread: Pick<ActorThread, "extraFigure">) {
    this.#counters = perKey(doors, (door) => {
      const methods = Object.keys(durationsOf[door]) as TimedMethod[];
      return perKey(methods, (method) => durationsOf[door][method].counterOn(thread));
    });
  }

  /** Whether the next read is to be timed. */
  isDue(door: Door): boolean {
    return this.#reads[door]++ % timedEvery === 0;
  }

  /** Times a read of `count` queries from now on. */
  begin(inbox: number, door: Door, count: number, nowMs: number): void {
    this.#timed.set(inbox, { door, count, sinceMs: nowMs, asked: new Map() });
  }

  /** Notes what some queries have asked, if they are timed. */
  noteAsked(inbox: number, method: CountedMethod, count: number): void {
    if (this.#timed.size === 0) return;
    const asked = this.#timed.get(inbox)?.asked;
    asked?.set(method, (asked.get(method) ?? 0) + count);
  }

  /** The read that is timed was answered. What was asked beside what is counted is not told apart. */
  end(inbox: number, nowMs: number): void {
    const read = this.#timed.get(inbox);
    if (read === undefined) return;
    this.forget(inbox);
    const { door, count, sinceMs, asked } = read;
    const counters = this.#counters[door];
    if (asked.size === 0) counters.other.note(nowMs - sinceMs, count);
    for (const [method, times] of asked) counters[method].note(nowMs - sinceMs, times);
  }

  /** The connection has ended. */
  forget(inbox: number): void {
    this.#timed.delete(inbox);
  }
}
