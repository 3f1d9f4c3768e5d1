/**
 * What a server times of itself, for those who watch over it.
 *
 * @module
 */

import { TimeHistogram } from "./time_histogram.ts";

/**
 * From when a Put was accepted until another server acknowledged it, which that does once all of its query
 * actors have it: the time until a Put is visible there, and the way back. Of what is acknowledged together, the
 * oldest counts.
 */
export const visibilityTimes = new TimeHistogram(
  "visibility",
  [5, 10, 25, 50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000],
);

/** How late timers are, of one a second on each thread: for so long the thread was busy with something else. */
export const eventLoopLags = new TimeHistogram(
  "eventLoopLag",
  [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000],
);

/** How long it takes to write a group of entries to the log, and to sync it. */
export const diskWriteTimes = new TimeHistogram(
  "diskWrite",
  [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000],
);
