import { Redis } from "../../bench/mod.ts";
import { ConnectionError } from "../../kvclient/mod.ts";
import type { Invocation } from "../cli/command_spec.ts";

/** What is to be measured, and at what length. */
export interface Plan {
  /** Of each measurement. */
  seconds: number;
  /** How often Gets and Puts are measured, in turn with what they are compared with. */
  rounds: number;
  connections: number;
  depths: readonly number[];
  actorCounts: readonly number[];
  /** Threads of every server, if it is not to choose. */
  threads?: number;
  /** Keys for the measurement of memory. */
  memoryKeys: number;
  /** Rounds for the measurement of removal. */
  removalRounds: number;
  /** Puts for the measurement of visibility. */
  visibilityPuts: number;
  /** Starts of the program for the measurement of these. */
  starts: number;
  /** Another program that makes the load of Gets and Puts. */
  generator?: string;
  /** What to compare with. */
  redis?: Redis;
  /** Aborted when the user has seen enough. */
  signal: AbortSignal;
}

/** What the options say, and the defaults. */
export async function planFrom(
  options: Invocation["options"],
  signal: AbortSignal,
): Promise<Plan> {
  const quick = options.quick === true;
  const redisAddress = options.redis as string | undefined;
  return {
    seconds: options.seconds as number | undefined ?? (quick ? 0.3 : 2),
    rounds: options.rounds as number | undefined ?? (redisAddress && !quick ? 5 : 1),
    connections: options.connections as number | undefined ?? 50,
    depths: options.depth as number[] | undefined ?? [1, 16, 64],
    actorCounts: options.actors as number[] | undefined ?? [1],
    threads: options.threads as number | undefined,
    memoryKeys: quick ? 100_000 : 1_000_000,
    removalRounds: quick ? 2 : 10,
    visibilityPuts: quick ? 10 : 100,
    starts: quick ? 2 : 20,
    generator: options.generator as string | undefined,
    redis: redisAddress === undefined ? undefined : await redisAt(redisAddress),
    signal,
  };
}

/** @throws {ConnectionError} when there is none. */
async function redisAt(address: string): Promise<Redis> {
  try {
    return await Redis.connect(address);
  } catch (cause) {
    throw new ConnectionError(address, true, (cause as Error).message, { cause });
  }
}
