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
} from "../kvclient/mod.ts";
import { type GameStore, StoreFailure } from "./game/mod.ts";

/** What `client` asks; `router` names the server of its next call. */
export function gameStore(client: Client, router: QueryRouter): GameStore {
  return {
    get: (key) => client.get(key).catch(explain),
    put: (key, value) => client.put(key, value).catch(explain),
    list: (prefix) => client.list(prefix).catch(explain),
    address: () => client.connectionName(),
    server: () => router.nextAddr(),
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
