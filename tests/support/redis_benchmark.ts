import { portOf } from "./ports.ts";

/** What `redis-benchmark` asks a server of this machine. */
export interface RedisBenchmarkOptions {
  /** `set` or `get`, of 10,000 keys. */
  readonly command: string;
  /** Requests that are sent in one go, on each of 50 connections. */
  readonly depth: number;
  readonly requests: number;
  /** Further arguments. */
  readonly args?: readonly string[];
}

/** Loads a server. @returns how many requests a second it has answered. */
export async function runRedisBenchmark(
  address: string,
  { command, depth, requests, args = [] }: RedisBenchmarkOptions,
): Promise<number> {
  const { success, stdout } = await new Deno.Command("redis-benchmark", {
    args: [
      ...["-p", String(portOf(address)), "-t", command, "-c", "50", "-r", "10000", "--csv"],
      ...["-P", String(depth), "-n", String(requests)],
      ...args,
    ],
  }).output();
  const row = new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
  if (!success) throw new Error(`redis-benchmark failed: ${row}`);
  return Number(row.split(",")[1].replaceAll('"', ""));
}
