import { fc } from "../deps.ts";
import { Comparison } from "./comparison.ts";
import { commands } from "./random_commands.ts";
import { RedisProcess } from "./redis_process.ts";
import { served } from "./served.ts";

/** Runs `body` with a Redis and a server of ours of one query actor. */
export async function comparing(body: (comparison: Comparison) => Promise<void>): Promise<void> {
  await using redis = await RedisProcess.start();
  await served({}, async (address) => {
    using comparison = await Comparison.begin(redis.address, address);
    await body(comparison);
  });
}

/** Compares the replies to so many random batches of commands. @throws {Error} with the shortest that differ. */
export async function compareBatches(
  comparison: Comparison,
  version: 2 | 3,
  numRuns: number,
): Promise<void> {
  const property = fc.asyncProperty(commands, async (batch) => {
    await comparison.clear(version);
    await comparison.compare(batch);
  });
  await fc.assert(property, { numRuns });
}

/** Batches that are compared between two looks at how many commands there were. */
const batches = 100;

/** Compares the replies to so many random commands, and a few more, in both versions. @returns to how many. */
export async function compareCommands(commands: number): Promise<number> {
  let compared = 0;
  await comparing(async (comparison) => {
    while (comparison.compared < commands) {
      for (const version of [2, 3] as const) await compareBatches(comparison, version, batches);
    }
    compared = comparison.compared;
  });
  return compared;
}
