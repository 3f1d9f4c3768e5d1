/**
 * How many queries a server has answered, by door and method, and how long they took.
 *
 * @module
 */

import type { ActorThread, ExtraFigure } from "../../actor/mod.ts";
import { perKey } from "../messages/per_key.ts";
import { TimeHistogram, type Times } from "../messages/time_histogram.ts";

/** How clients speak: in frames, or as those of Redis do. */
export type Door = "frames" | "redis";

/** All doors. */
export const doors: readonly Door[] = ["frames", "redis"];

/** What is counted: a Get is a Ttl too, a Put an Expire and a Merge too, a List a Scan and an Export too. */
export type CountedMethod = "get" | "put" | "delete" | "list";

/** All that are counted. */
export const countedMethods: readonly CountedMethod[] = ["get", "put", "delete", "list"];

/** What is timed: all else that may be asked for, such as a Count or a Ping, is timed as one. */
export type TimedMethod = CountedMethod | "other";

const timedMethods: readonly TimedMethod[] = [...countedMethods, "other"];

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

/** The figures of a server's queries. */
export type QueryFigures = Readonly<
  Record<Door, { readonly counts: MethodCounts; readonly durations: MethodTimes }>
>;

/** How long the queries of each method took, of those that are timed. */
export type MethodTimes = Readonly<Record<TimedMethod, Times>>;

const countName = (door: Door, method: CountedMethod) => `queries/${door}/${method}`;

/** The times of the queries that come by a door. */
export const durationsOf: Readonly<Record<Door, Readonly<Record<TimedMethod, TimeHistogram>>>> =
  perKey(
    doors,
    (door) =>
      perKey(
        timedMethods,
        (method) => new TimeHistogram(`duration/${door}/${method}`, durationBoundsMs),
      ),
  );

/** Names of the figures that threads count. */
export const queryFigureNames: readonly string[] = doors.flatMap((door) => [
  ...countedMethods.map((method) => countName(door, method)),
  ...Object.values(durationsOf[door]).flatMap(({ figureNames }) => figureNames),
]);

/** Reads them. @param extra the sums over all threads, by name */
export function queryFigures(extra: Readonly<Record<string, number>>): QueryFigures {
  return perKey(doors, (door) => ({
    counts: perKey(countedMethods, (method) => extra[countName(door, method)] ?? 0),
    durations: perKey(timedMethods, (method) => durationsOf[door][method].read(extra)),
  }));
}

/** What counts queries. */
export interface CountedQueries {
  readonly gets: number;
  readonly puts: number;
  readonly deletes: number;
  readonly lists: number;
}

/** Is told how many queries of a connection asked for what. */
export type NoteAsked = (inbox: number, method: CountedMethod, count: number) => void;

/** Passes on what a query actor counts. */
export class QueryCounter {
  #figures: Readonly<Record<Door, Readonly<Record<CountedMethod, ExtraFigure>>>>;
  #gets = 0;
  #puts = 0;
  #deletes = 0;
  #lists = 0;
  #noteAsked: NoteAsked;

  /** @param noteAsked is told of all that is counted */
  constructor(thread: Pick<ActorThread, "extraFigure">, noteAsked: NoteAsked = () => {}) {
    this.#noteAsked = noteAsked;
    this.#figures = perKey(
      doors,
      (door) => perKey(countedMethods, (method) => thread.extraFigure(countName(door, method))),
    );
  }

  /**
   * Counts what has come by a door since the last time.
   *
   * @param inbox of the connection that it came on
   * @param queries with how many there were in all
   */
  note(door: Door, inbox: number, { gets, puts, deletes, lists }: CountedQueries): void {
    if (gets !== this.#gets) this.#add(door, inbox, "get", gets - this.#gets);
    if (puts !== this.#puts) this.#add(door, inbox, "put", puts - this.#puts);
    if (deletes !== this.#deletes) this.#add(door, inbox, "delete", deletes - this.#deletes);
    if (lists !== this.#lists) this.#add(door, inbox, "list", lists - this.#lists);
    this.#gets = gets;
    this.#puts = puts;
    this.#deletes = deletes;
    this.#lists = lists;
  }

  #add(door: Door, inbox: number, method: CountedMethod, count: number): void {
    this.#figures[door][method].add(count);
    this.#noteAsked(inbox, method, count);
  }
}
