/**
 * The `--join` option: servers to sync with, named by description or by system port.
 *
 * @module
 */

import { fetchDescription, type Server } from "../kvserver/mod.ts";
import { describeTimeoutMs } from "../limits.ts";
import type { Console } from "./console.ts";
import { parseAddressOption } from "./query_client.ts";

/** Checks one value of the option. @throws {UsageError} when it is neither. */
export function parseJoin(text: string): string {
  return isDescription(text) ? text : parseAddressOption(text);
}

/**
 * The descriptions of all that were named.
 *
 * @returns `missing`: the addresses where nobody answers yet.
 * @throws {ConnectionError | TimeoutError} when nobody answers at any of them.
 */
export async function describe(
  named: readonly string[],
): Promise<{ descriptions: string[]; missing: string[] }> {
  const descriptions: string[] = [];
  const missing: string[] = [];
  let failure: unknown;
  await Promise.all(named.map(async (text) => {
    try {
      descriptions.push(
        isDescription(text) ? text : await fetchDescription(text, describeTimeoutMs),
      );
    } catch (error) {
      failure = error;
      missing.push(text);
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
    } catch {
      await pause(describeTimeoutMs, signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

function isDescription(text: string): boolean {
  return text.trimStart().startsWith("{");
}
