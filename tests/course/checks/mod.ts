/**
 * What checks the answers to the course's exercises, by chapter.
 *
 * ```ts
 * import { checks } from "./mod.ts";
 *
 * if (Object.keys(checks).length !== 5) throw new Error("five chapters ask for code");
 * ```
 *
 * @module
 */

import { checkDifference } from "./difference.ts";
import { checkFrames } from "./frames.ts";
import { checkOutbox } from "./outbox.ts";
import { checkScheduler } from "./scheduler.ts";
import { checkTornLog } from "./torn_log.ts";

/** Throws an error that says what is wrong with the module of an answer. */
// deno-lint-ignore no-explicit-any -- whatever the reader has written
export type Check = (answer: any) => void;

/** By chapter. */
export const checks: Readonly<Record<number, Check>> = {
  1: checkScheduler,
  2: checkFrames,
  5: checkOutbox,
  9: checkDifference,
  10: checkTornLog,
};
