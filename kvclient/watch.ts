import type { WatchedChange } from "../kvcommon/mod.ts";
import {
  type Call,
  ConnectionError,
  type Dialer,
  type Environment,
  isRetriable,
  pause,
  reconnectBackoff,
  RpcError,
  TimeoutError,
} from "../rpc/mod.ts";
import type { QueryRouter } from "./router.ts";
import { SeenVersions } from "./seen_versions.ts";
import { WatchConnection } from "./watch_connection.ts";

/** What becomes of a watch, beside the changes that it tells. */
export type WatchState =
  /** All is told that was there at the beginning, if that was asked for; what comes now are changes. */
  | { type: "watching" }
  /** The server is lost: it, or another one, is asked until one answers. */
  | { type: "lost"; error: unknown }
  /** A server answers again, and all has been told that it showed. */
  | { type: "resumed" };

/** Options of a watch. */
export interface WatchOptions {
  /** Whether the entries that are there at the beginning are told too. Default: no. */
  initial?: boolean;
  /** Ends the watch, which then throws the signal's reason. */
  signal?: AbortSignal;
  /** Called between the changes, where the watch has come to in telling them. */
  onState?(state: WatchState): void;
}

/** What a watch needs of its client. */
export interface WatchHost {
  readonly router: QueryRouter;
  readonly dialer: Dialer;
  readonly environment: Environment;
  readonly timeoutMs: number;
  /** What goes before all else on a connection to an address. */
  readonly openingAt: (address: string) => Call<unknown> | undefined;
  /** The open connections of its watches. */
  readonly connections: Set<{ close(): Promise<void> }>;
}

/**
 * Whether what was seen and is not there is believed to be lost. A server that is asked anew may not have
 * received yet what another one showed; so at first it is not.
 */
type Belief = "doubts" | "believes";

/**
 * Tells what changes below a prefix. Whenever it has to ask a server anew, that tells all that is there,
 * which is compared with the versions that were told: so nothing that stays is missed, and nothing is told
 * twice. What was seen and is not there any more, or only an earlier write of it, is told after
 * `watchSettleMs`, when it has not come by sync meanwhile.
 *
 * @param signal ends it
 * @throws as `Client.watch` does.
 */
export async function* watchChanges(
  host: WatchHost,
  prefix: string,
  { initial = false, onState }: WatchOptions,
  signal: AbortSignal,
): AsyncGenerator<WatchedChange, never> {
  const backoff = reconnectBackoff(host.environment);
  const seen = new SeenVersions(host.environment.limits);
  /** The addresses that did not answer before any did. */
  const failed = new Set<string>();
  let isFirst = true;
  /** Whether a server has ever begun to tell. */
  let hasBegun = false;
  let isLost = false;
  let belief: Belief = "believes";
  let address = host.router.nextAddr();
  for (;;) {
    const connection = new WatchConnection(
      address,
      host.dialer,
      host.environment,
      host.timeoutMs,
      host.openingAt(address),
    );
    const close = () => void connection.close();
    signal.addEventListener("abort", close);
    host.connections.add(connection);
    try {
      const round = new WatchRound(connection, seen, belief, host.environment);
      await connection.watch(prefix, signal);
      hasBegun = true;
      for await (const change of round.initial(signal)) if (initial || !isFirst) yield change;
      if (isFirst) onState?.({ type: "watching" });
      else if (isLost) onState?.({ type: "resumed" });
      isFirst = isLost = false;
      backoff.reset();
      yield* round.changes(signal);
      // It told something earlier than what was seen, or not at all, and goes on doing so.
      belief = "believes";
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      host.router.reportFailure?.(address);
      failed.add(address);
      address = host.router.nextAddr();
      if (!hasBegun) {
        if (failed.has(address)) throw error;
        continue;
      }
      if (!isLost) onState?.({ type: "lost", error });
      isLost = true;
      belief = "doubts";
      await pause(host.environment, backoff.nextMs(), signal);
    } finally {
      signal.removeEventListener("abort", close);
      host.connections.delete(connection);
      await connection.close();
    }
  }
}

/** What one server tells from the time on when it is asked. */
class WatchRound {
  #connection: WatchConnection;
  #seen: SeenVersions;
  #believes: boolean;
  /** Keys of which an earlier write was told than was seen, and nothing since. */
  #doubtful = new Set<string>();
  #environment: Environment;

  constructor(
    connection: WatchConnection,
    seen: SeenVersions,
    belief: Belief,
    environment: Environment,
  ) {
    this.#connection = connection;
    this.#seen = seen;
    this.#believes = belief === "believes";
    this.#environment = environment;
    seen.beginRound();
  }

  /** What is there. */
  async *initial(signal: AbortSignal): AsyncGenerator<WatchedChange> {
    for (;;) {
      const notice = await this.#connection.next(Infinity, signal);
      if (notice?.changes === undefined) break;
      yield* this.#new(notice.changes);
    }
    if (this.#believes) yield* this.#seen.deleteMissing();
  }

  /** What changes then. It ends when the server is to be asked anew, and believed. */
  async *changes(signal: AbortSignal): AsyncGenerator<WatchedChange> {
    let untilMs = Infinity;
    if (!this.#believes) {
      untilMs = this.#environment.monotonicMs() + this.#environment.limits.watchSettleMs;
    }
    for (;;) {
      const notice = await this.#connection.next(untilMs, signal);
      if (notice !== undefined) yield* this.#new(notice.changes ?? []);
      else if (this.#doubtful.size > 0 || this.#seen.hasMissing) return;
      else [untilMs, this.#believes] = [Infinity, true];
    }
  }

  *#new(changes: readonly WatchedChange[]): Generator<WatchedChange> {
    for (const change of changes) {
      if (!this.#believes && this.#seen.isEarlier(change)) {
        this.#doubtful.add(change.key);
        continue;
      }
      this.#doubtful.delete(change.key);
      if (this.#seen.see(change)) yield change;
    }
  }
}

/** Whether another try, there or elsewhere, may succeed. */
function isPassing(error: unknown): boolean {
  if (error instanceof RpcError) return isRetriable(error);
  return error instanceof ConnectionError || error instanceof TimeoutError;
}
