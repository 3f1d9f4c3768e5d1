/**
 * The `--join` option: servers to sync with, named by description or by system port.
 *
 * @module
 */

import { ConnectionError, TimeoutError } from "../kvclient/mod.ts";
import { addressOfDescription, fetchDescription, type Server } from "../kvserver/mod.ts";
import { describeTimeoutMs } from "../limits.ts";
import type { Console } from "./console.ts";
import { pause } from "./pause.ts";
import { UsageError } from "./usage_error.ts";
import { defaultSystemAddress, parseAddressOption } from "./query_client.ts";

/** Checks one value of the option. @returns the system port. @throws {UsageError} when it is neither. */
export function parseJoin(text: string): string {
  if (!text.trimStart().startsWith("{")) return parseAddressOption(text, defaultSystemAddress);
  try {
    return addressOfDescription(text);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/**
 * The descriptions of the servers at all `addresses`, as they are now: one that was described to the
 * user may have begun another life.
 *
 * @returns `missing`: the addresses where nobody answers yet.
 * @throws {ConnectionError | TimeoutError} when nobody answers at any of them; {UsageError} when
 * somebody else does.
 */
export async function describe(
  addresses: readonly string[],
): Promise<{ descriptions: string[]; missing: string[] }> {
  const descriptions: string[] = [];
  const missing: string[] = [];
  let failure: unknown;
  await Promise.all(addresses.map(async (address) => {
    try {
      descriptions.push(await fetchDescription(address, describeTimeoutMs));
    } catch (error) {
      if (!isUnanswered(error)) throw noSystemPort(address, error);
      failure = error;
      missing.push(address);
    }
  }));
  if (failure !== undefined && descriptions.length === 0) throw failure;
  return { descriptions, missing };
}

/** Asks at `address` until somebody answers, and joins that one then. */
export async function joinLater(
  server: Server,
  address: string,
  signal: AbortSignal,
  console: Console,
): Promise<void> {
  console.err(`Cannot join ${address} yet: nobody answers there; it is asked again\n`);
  while (!signal.aborted) {
    try {
      server.join(await fetchDescription(address, describeTimeoutMs));
      return;
    } catch (error) {
      if (!isUnanswered(error)) return console.err(`${noSystemPort(address, error).message}\n`);
      await pause(describeTimeoutMs, signal);
    }
  }
}

function isUnanswered(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof TimeoutError;
}

function noSystemPort(address: string, cause: unknown): UsageError {
  return new UsageError(
    `Cannot join ${address}: it is no system port; a server prints its own when it starts, by ` +
      `default that is the port before its first query port`,
    { cause },
  );
}
