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
  type Value,
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
    get: (key) => client.get(key).then(textOf, fail),
    put: (key, value) => client.put(key, value).catch(fail),
    list: (prefix) => client.list(prefix).then(textsOf, fail),
    listen(onChange) {
      const listener = client.listen(onChange);
      return {
        listen: (prefixes) => listener.listen(prefixes),
        hears: (prefix) => listener.hears(prefix),
        take: (prefix) => textsOf(withoutDeleted(listener.take(prefix))),
        close: () => listener.close(),
      };
    },
    address: () => client.connectionName(),
    server: () => router.serverName?.() ?? router.nextAddr(),
  };
}

/** The game writes no bytes: they are read as what they are meant to be, or as text that is none of its. */
function textOf(value: Value | undefined): string | undefined {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
}

/** Nothing that the game listens to is ever deleted by it. */
function withoutDeleted(changes: ReadonlyMap<string, Value | undefined>): Map<string, Value> {
  return new Map(
    changes.entries().filter((entry): entry is [string, Value] => {
      return entry[1] !== undefined;
    }),
  );
}

function textsOf(entries: ReadonlyMap<string, Value>): Map<string, string> {
  return new Map(entries.entries().map(([key, value]) => [key, textOf(value)!]));
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
