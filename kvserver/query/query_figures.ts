/**
 * How many queries a server has answered, by door and method, and how long they took.
 *
 * @module
 */

import type { ActorThread, ExtraFigure } from "../../actor/mod.ts";
import { type TimeCounter, TimeHistogram, type Times } from "../messages/time_histogram.ts";

/** How clients speak: in frames, or as those of Redis do. */
export type Door = "frames" | "redis";

/** All doors. */
export const doors: readonly Door[] = ["frames", "redis"];

/** What is counted: a Get is a Ttl too, a Put an Expire and a Merge too, a List a Scan and an Export too. */
export type CountedMethod = "get" | "put" | "delete" | "list";

const countedMethods: readonly CountedMethod[] = ["get", "put", "delete", "list"];

/** How often each was asked for, since the start. */
export type MethodCounts = Readonly<Record<CountedMethod, number>>;

/** Upper bounds of what is counted together of the times that queries take; the last one has none. */
export const durationBoundsMs = [
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  25,
  50,
  100,
  250,
  500,
  1_000,
  2_500,
] as const;

/** One in so many reads of a port is timed, because to look at the clock costs as much as some queries. */
export const timedEvery = 16;

/** The figures of a server's queries. */
export type QueryFigures = Readonly<
  Record<Door, { readonly counts: MethodCounts; readonly durations: Times }>
>;

const countName = (door: Door, method: CountedMethod) => `queries/${door}/${method}`;

/** The times of the queries of each door, of those that are timed. */
const durations: Readonly<Record<Door, TimeHistogram>> = {
  frames: new TimeHistogram("duration/frames", durationBoundsMs),
  redis: new TimeHistogram("duration/redis", durationBoundsMs),
};

/** Names of the figures that threads count. */
export const queryFigureNames: readonly string[] = doors.flatMap((door) => [
  ...countedMethods.map((method) => countName(door, method)),
  ...durations[door].figureNames,
]);

/** Reads them. @param extra the sums over all threads, by name */
export function queryFigures(extra: Readonly<Record<string, number>>): QueryFigures {
  const figuresOf = (door: Door) => ({
    counts: Object.fromEntries(
      countedMethods.map((method) => [method, extra[countName(door, method)] ?? 0]),
    ) as MethodCounts,
    durations: durations[door].read(extra),
  });
  return { frames: figuresOf("frames"), redis: figuresOf("redis") };
}

/** What counts queries. */
export interface CountedQueries {
  readonly gets: number;
  readonly puts: number;
  readonly deletes: number;
  readonly lists: number;
}

/** Passes on what a query actor counts. */
export class QueryCounter {
  #figures: Readonly<Record<Door, Readonly<Record<CountedMethod, ExtraFigure>>>>;
  #gets = 0;
  #puts = 0;
  #deletes = 0;
  #lists = 0;

  constructor(thread: Pick<ActorThread, "extraFigure">) {
    const figuresOf = (door: Door) =>
      Object.fromEntries(
        countedMethods.map((method) => [method, thread.extraFigure(countName(door, method))]),
      ) as Record<CountedMethod, ExtraFigure>;
    this.#figures = { frames: figuresOf("frames"), redis: figuresOf("redis") };
  }

  /** Counts what has come by a door since the last time. @param queries with how many there were in all */
  note(door: Door, { gets, puts, deletes, lists }: CountedQueries): void {
    const figures = this.#figures[door];
    if (gets !== this.#gets) figures.get.add(gets - this.#gets);
    if (puts !== this.#puts) figures.put.add(puts - this.#puts);
    if (deletes !== this.#deletes) figures.delete.add(deletes - this.#deletes);
    if (lists !== this.#lists) figures.list.add(lists - this.#lists);
    this.#gets = gets;
    this.#puts = puts;
    this.#deletes = deletes;
    this.#lists = lists;
  }
}

/** Times some of the queries of a port, from when they were read to when their replies are written. */
export class QueryTimer {
  #counters: Readonly<Record<Door, TimeCounter>>;
  #reads = { frames: 0, redis: 0 };

  constructor(thread: Pick<ActorThread, "extraFigure">) {
    const { frames, redis } = durations;
    this.#counters = { frames: frames.counterOn(thread), redis: redis.counterOn(thread) };
  }

  /** Whether the next read is to be timed. */
  isDue(door: Door): boolean {
    return this.#reads[door]++ % timedEvery === 0;
  }

  /** Notes that `count` queries of one read took so long. */
  note(door: Door, count: number, ms: number): void {
    this.#counters[door].note(ms, count);
  }
}
