/**
 * The `--join` option: servers to sync with, named by description or by system port.
 *
 * @module
 */

import { RpcError } from "../../kvclient/mod.ts";
import { addressOfDescription, fetchDescription } from "../../kvserver/mod.ts";
import { defaultLimits } from "../../limits.ts";
import type { Logger } from "../../log/mod.ts";
import { pause } from "../cli/pause.ts";
import { UsageError } from "../cli/usage_error.ts";
import { defaultSystemAddress, parseAddressOption } from "../cli/query_client.ts";

/** Checks one value of the option. @returns the system port. @throws {UsageError} when it is neither. */
export function parseJoin(text: string): string {
  if (!text.trimStart().startsWith("{")) return parseAddressOption(text, defaultSystemAddress);
  try {
    return addressOfDescription(text);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** A server that gave no description. */
export interface MissingServer {
  readonly address: string;
  /** Why not. */
  readonly failure: unknown;
}

/**
 * Asks the servers at all `addresses` for their descriptions of now, because a server that was
 * described to the user may have restarted. When none of them is running and one is still starting,
 * this waits for that one.
 *
 * @returns `missing`: the servers that gave none.
 * @throws {ConnectionError | TimeoutError} when nobody answers at any of them; {UsageError} when
 * somebody else does.
 */
export async function describe(
  addresses: readonly string[],
  log: Logger,
): Promise<{ descriptions: string[]; missing: MissingServer[] }> {
  const retries = new Retries();
  for (let isFirst = true;; isFirst = false) {
    const descriptions: string[] = [];
    const missing: MissingServer[] = [];
    await Promise.all(addresses.map(async (address) => {
      try {
        descriptions.push(await fetchDescription(address, defaultLimits.describeTimeoutMs));
      } catch (failure) {
        if (isNoSystemPort(failure)) throw noSystemPort(address, failure);
        missing.push({ address, failure });
      }
    }));
    if (missing.length === 0 || descriptions.length > 0) return { descriptions, missing };
    const starting = missing.filter(({ failure }) => failure instanceof RpcError);
    if (starting.length === 0) throw missing[0].failure;
    if (isFirst) { for (const server of starting) tellOfWait(server, log); }
    await retries.pause();
  }
}

/** Asks for the description of a server that gave none until it does, and calls `join` with it. */
export async function joinLater(
  server: MissingServer,
  join: (description: string) => void,
  signal: AbortSignal,
  log: Logger,
): Promise<void> {
  const { address } = server;
  tellOfWait(server, log);
  const retries = new Retries();
  while (!signal.aborted) {
    try {
      return join(await fetchDescription(address, defaultLimits.describeTimeoutMs, signal));
    } catch (error) {
      if (isNoSystemPort(error)) {
        return log.error("{reason}", { reason: noSystemPort(address, error).message });
      }
    }
    await retries.pause(signal);
  }
}

/** Pauses between tries: each is twice as long as the one before, up to a bound. */
class Retries {
  #pauseMs = defaultLimits.joinRetryMinMs;

  async pause(signal?: AbortSignal): Promise<void> {
    await pause(this.#pauseMs, signal);
    this.#pauseMs = Math.min(2 * this.#pauseMs, defaultLimits.joinRetryMaxMs);
  }
}

function tellOfWait({ address: peer, failure }: MissingServer, log: Logger): void {
  const why = failure instanceof RpcError ? "it is still starting" : "nobody answers there";
  log.warn("Cannot join {peer} yet: {why}; it is asked again", { peer, why });
}

function isNoSystemPort(error: unknown): boolean {
  return error instanceof RpcError && error.code === "unknown_method";
}

function noSystemPort(address: string, cause: unknown): UsageError {
  return new UsageError(
    `Cannot join ${address}: it is no system port; a server prints its own when it starts, by ` +
      `default that is the port before its first query port`,
    { cause },
  );
}
