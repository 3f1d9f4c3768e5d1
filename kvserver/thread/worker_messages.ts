/**
 * What a server and its workers post to each other beside what their actors tell.
 *
 * @module
 */

import type { ActorRef, ThreadConfig } from "../../actor/mod.ts";
import type { LogRecord } from "../../log/mod.ts";
import type { ReplicaSettings } from "../query/start_query_actor.ts";

/** Server to worker. */
export type WorkerRequest =
  | {
    type: "start";
    config: ThreadConfig;
    /** What the actors tell crosses here. */
    port: MessagePort;
    settings: ReplicaSettings;
    count: number;
  }
  | { type: "listen"; hostname: string; ports: readonly number[] }
  | { type: "close" };

/** The answer to each request. */
export interface WorkerAnswers {
  start: readonly ActorRef[];
  listen: readonly string[];
  close: undefined;
}

/** Worker to server, unasked. */
export type WorkerEvent =
  /** A client's connection ended otherwise than by its orderly close. */
  | { type: "fault"; peer: string; message: string }
  /** A line for the server's log. */
  | { type: "log"; record: LogRecord };

/** An error, taken apart so that it can be posted. */
export interface WorkerFailure {
  message: string;
  /** The class of the error's cause. */
  causeName: string | undefined;
}
