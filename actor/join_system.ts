import type { Limits } from "../limits.ts";
import type { Logger } from "../log/mod.ts";
import type { Environment } from "../rpc/mod.ts";
import { ActorThread } from "./actor_thread.ts";
import { StatsTable } from "./stats.ts";
import { ThreadLink, type ThreadPort } from "./thread_link.ts";

/** What another thread must know to join a system: data that may be posted to the thread. */
export interface ThreadConfig {
  /** The system's `host:port`, part of every ref. */
  readonly address: string;
  /** Incarnation of the system: 64 random bits as 16 hexadecimal digits. */
  readonly incarnation: string;
  /** Number of the thread, from 1 on; 0 is the main thread. */
  readonly thread: number;
  /** Number of the system's threads. */
  readonly threadCount: number;
  /** Names of the figures that the host counts. */
  readonly extraFigures: readonly string[];
  /** Memory of the system's figures, shared by its threads. */
  readonly statsMemory: ArrayBufferLike;
  /** The bounds of the system. */
  readonly limits: Limits;
}

/**
 * Makes this thread a part of a system. What its actors tell actors elsewhere goes by way of the main
 * thread. Links to other systems end there, so an actor that watches links belongs there.
 *
 * @param port to the main thread
 * @param log takes the log records of the thread
 */
export function joinSystem(
  config: ThreadConfig,
  port: ThreadPort,
  environment: Environment,
  log: Logger,
): ActorThread {
  const table = new StatsTable(config.threadCount, config.extraFigures, config.statsMemory);
  const thread = new ActorThread(config, environment, log, table, {
    toThread: (_thread, counter, message) => (link.send(counter, message), true),
    toSystem: (ref, message) => (link.send(ref, message), true),
    link: () => undefined,
    meet: (_ref, _by, listener) => listener("missed"),
    unlink() {},
    isContested: () => false,
  });
  const link = new ThreadLink(port, environment, (to, message) => thread.relay(to, message));
  return thread;
}
