/**
 * How many queries a server has answered, by door and method, and how long they took.
 *
 * @module
 */

import type { ActorThread, ExtraFigure } from "../../actor/mod.ts";

/** How clients speak: in frames, or as those of Redis do. */
export type Door = "frames" | "redis";

const doors: readonly Door[] = ["frames", "redis"];

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

/** The times of the queries of a door that were timed. */
export interface Durations {
  /** How many took no longer than each of `durationBoundsMs`, and longer than the one before; then the rest. */
  readonly counts: readonly number[];
  /** What they took together. */
  readonly sumMs: number;
}

/** The figures of a server's queries. */
export type QueryFigures = Readonly<
  Record<Door, { readonly counts: MethodCounts; readonly durations: Durations }>
>;

const buckets = durationBoundsMs.length + 1;
const countName = (door: Door, method: CountedMethod) => `queries/${door}/${method}`;
const bucketName = (door: Door, bucket: number) => `duration/${door}/${bucket}`;
const sumName = (door: Door) => `duration/${door}/sumMs`;

/** Names of the figures that threads count. */
export const queryFigureNames: readonly string[] = doors.flatMap((door) => [
  ...countedMethods.map((method) => countName(door, method)),
  ...Array.from({ length: buckets }, (_, bucket) => bucketName(door, bucket)),
  sumName(door),
]);

/** Reads them. @param extra the sums over all threads, by name */
export function queryFigures(extra: Readonly<Record<string, number>>): QueryFigures {
  const figuresOf = (door: Door) => ({
    counts: Object.fromEntries(
      countedMethods.map((method) => [method, extra[countName(door, method)] ?? 0]),
    ) as MethodCounts,
    durations: {
      counts: Array.from({ length: buckets }, (_, bucket) => extra[bucketName(door, bucket)] ?? 0),
      sumMs: extra[sumName(door)] ?? 0,
    },
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
  #figures: Readonly<Record<Door, { buckets: readonly ExtraFigure[]; sumMs: ExtraFigure }>>;
  #reads = { frames: 0, redis: 0 };

  constructor(thread: Pick<ActorThread, "extraFigure">) {
    const figuresOf = (door: Door) => ({
      buckets: Array.from(
        { length: buckets },
        (_, bucket) => thread.extraFigure(bucketName(door, bucket)),
      ),
      sumMs: thread.extraFigure(sumName(door)),
    });
    this.#figures = { frames: figuresOf("frames"), redis: figuresOf("redis") };
  }

  /** Whether the next read is to be timed. */
  isDue(door: Door): boolean {
    return this.#reads[door]++ % timedEvery === 0;
  }

  /** Notes that `count` queries of one read took so long. */
  note(door: Door, count: number, ms: number): void {
    const { buckets, sumMs } = this.#figures[door];
    const bucket = durationBoundsMs.findIndex((bound) => ms <= bound);
    buckets[bucket < 0 ? durationBoundsMs.length : bucket].add(count);
    sumMs.add(count * ms);
  }
}
