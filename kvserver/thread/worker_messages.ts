/**
 * Messages that a server and its Workers post to each other, besides the tells of their actors.
 *
 * @module
 */

import type { TokenEntry } from "../../access/mod.ts";
import type { ActorRef, ThreadConfig } from "../../actor/mod.ts";
import type { LogRecord } from "../../log/mod.ts";
import type { TlsSettings } from "../../rpc/mod.ts";
import type { QueryActorSettings } from "../query/start_query_actor.ts";
import type { ServerBounds } from "./server_bounds.ts";

/** Server to Worker. */
export type WorkerRequest =
  | {
    type: "start";
    config: ThreadConfig;
    /** Carries the tells of the actors. */
    port: MessagePort;
    settings: QueryActorSettings;
    bounds: ServerBounds;
    /** Absent: plain TCP. */
    tls: TlsSettings | undefined;
    count: number;
  }
  | { type: "listen"; hostname: string; ports: readonly number[] }
  | { type: "tokens"; tokens: readonly TokenEntry[] }
  | { type: "tls"; tls: TlsSettings }
  | { type: "close" };

/** The answer to each request. */
export interface WorkerAnswers {
  start: readonly ActorRef[];
  listen: readonly string[];
  tokens: undefined;
  tls: undefined;
  close: undefined;
}

/** Worker to server, without a request. */
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
