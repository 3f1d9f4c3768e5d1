/**
 * What a server and its workers say to each other beside what their actors tell: each request of the
 * server is answered before the next.
 *
 * @module
 */

import type { ActorRef, ThreadSeat } from "../actor/mod.ts";
import type { LogRecord } from "../log/mod.ts";
import type { ReplicaSettings } from "./replica_group.ts";

/** Server to worker. */
export type WorkerRequest =
  | {
    type: "start";
    seat: ThreadSeat;
    /** What the actors tell crosses here. */
    port: MessagePort;
    settings: ReplicaSettings;
    count: number;
  }
  | { type: "listen"; hostname: string; ports: readonly number[] }
  | { type: "close" }
  | { type: "beat" };

/** What a worker answers each request with. */
export interface WorkerAnswers {
  start: readonly ActorRef[];
  listen: readonly string[];
  close: null;
  beat: null;
}

/** Worker to server. */
export type WorkerReply =
  | { type: "done"; result: WorkerAnswers[keyof WorkerAnswers] }
  /** The request failed; an error itself would not cross. */
  | { type: "failed"; message: string; causeName?: string }
  /** A client's connection ended otherwise than by its orderly close. */
  | { type: "fault"; peer: string; message: string }
  /** A line for the server's log. */
  | { type: "log"; record: LogRecord };
