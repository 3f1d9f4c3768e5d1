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
  RpcError,
  TimeoutError,
  type Value,
} from "../../kvclient/mod.ts";
import { type GameStore, StoreFailure } from "../game/mod.ts";

/** Where the calls of a game go. */
export interface GameRouter extends QueryRouter {
  /** Names the server of the next call as players know it; by default by its address. */
  serverName?(): string;
  /**
   * Called when a server was lost, or another one is at its address, before the game is told: resolves when
   * another try makes sense. Where there is no such way, whoever is not let in never will be.
   */
  recover?(): Promise<void>;
  /** Waits, before each call, while it is being found out where to. */
  settled?(): Promise<void>;
}

/** What `client` asks; `router` names the server of its next call. */
export function gameStore(client: Client, router: GameRouter): GameStore {
  const isByStranger = (cause: unknown): cause is RpcError =>
    router.recover !== undefined && isRefusal(cause);
  const explain = (cause: unknown): never => {
    if (!isByStranger(cause)) return explained(cause);
    throw new StoreFailure(`another server is at ${cause.address}`, { cause });
  };
  const ask = async <T>(call: () => Promise<T>): Promise<T> => {
    await router.settled?.();
    try {
      return await call();
    } catch (cause) {
      if (isByStranger(cause) || cause instanceof ConnectionError) await router.recover?.();
      // What was refused has changed nothing.
      return isByStranger(cause) ? await call().catch(explain) : explain(cause);
    }
  };
  return {
    get: (key) => ask(() => client.get(key)).then(textOf),
    put: (key, value) => ask(() => client.put(key, value)),
    list: (prefix) => ask(() => client.list(prefix)).then(textsOf),
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

/** Whether a server lets nobody in who shows that token. */
function isRefusal(cause: unknown): cause is RpcError {
  return cause instanceof RpcError && cause.code === "unauthorized";
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
function explained(cause: unknown): never {
  if (cause instanceof ConnectionError) {
    throw new StoreFailure(`nobody answers at ${cause.address}`, { cause });
  }
  if (cause instanceof TimeoutError) {
    throw new StoreFailure(`${cause.address} takes too long to answer`, { cause });
  }
  if (isRetriable(cause)) throw new StoreFailure("the server has too much to do", { cause });
  throw cause;
}
