/**
 * The store as the game sees it, with a player's words for what goes wrong.
 *
 * @module
 */

import {
  type Client,
  ConnectionError,
  isRetriable,
  type QueryRouter,
  TimeoutError,
} from "../../kvclient/mod.ts";
import { type GameStore, StoreFailure } from "../game/mod.ts";

/** Where the calls of a game go. */
export interface GameRouter extends QueryRouter {
  /** Names the server of the next call as players know it; by default by its address. */
  serverName?(): string;
  /** Called when a connection was lost, before the game is told: resolves when another try makes sense. */
  recover?(): Promise<void>;
}

/** What `client` asks; `router` names the server of its next call. */
export function gameStore(client: Client, router: GameRouter): GameStore {
  const fail = async (cause: unknown): Promise<never> => {
    if (cause instanceof ConnectionError) await router.recover?.();
    return explain(cause);
  };
  return {
    get: (key) => client.get(key).catch(fail),
    put: (key, value) => client.put(key, value).catch(fail),
    list: (prefix) => client.list(prefix).catch(fail),
    address: () => client.connectionName(),
    server: () => router.serverName?.() ?? router.nextAddr(),
  };
}

/** @throws {StoreFailure} for what may go better another time; refusals are thrown as they are. */
function explain(cause: unknown): never {
  if (cause instanceof ConnectionError) {
    throw new StoreFailure(`nobody answers at ${cause.address}`, { cause });
  }
  if (cause instanceof TimeoutError) {
    throw new StoreFailure(`${cause.address} takes too long to answer`, { cause });
  }
  if (isRetriable(cause)) throw new StoreFailure("the server has too much to do", { cause });
  throw cause;
}
