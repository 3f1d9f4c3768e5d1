/**
 * Sends the same random commands to a real Redis and to a server of ours, and compares what they reply.
 *
 *     deno task compare:redis --commands 100000
 *
 * @module
 */

import { integerOptions } from "../support/integer_options.ts";
import { compareBatches, comparing } from "./comparing.ts";

const { commands } = integerOptions({ commands: 100_000 });

/** Batches that are compared between two looks at how many commands there were. */
const batches = 100;

await comparing(async (comparison) => {
  while (comparison.compared < commands) {
    for (const version of [2, 3] as const) await compareBatches(comparison, version, batches);
  }
  console.log(`${comparison.compared} commands, and every reply is the same`);
});
