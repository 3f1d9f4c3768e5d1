import type { ActorRef, ActorSystem } from "../actor/mod.ts";
import {
  type Environment,
  frameHeaderBytes,
  frameLength,
  RpcServer,
  type Transport,
} from "../rpc/mod.ts";
import type { QueryMessage, QueryReply } from "./query_actor.ts";

/** Options of a `QueryReceiver`. */
export interface QueryReceiverOptions {
  system: ActorSystem;
  /** The actor that answers. */
  queryActor: ActorRef;
  hostname: string;
  /** 0: any free port. */
  port: number;
  transport: Transport;
  environment: Environment;
  /** Told when a connection ends otherwise than by the client's orderly close. */
  onFault?(peer: string, error: unknown): void;
}

/**
 * The port of one query actor. Holds no state of the store and answers nothing by itself: whatever
 * whole frames a socket read brings go to the actor as one message, its reply back as one write.
 */
export class QueryReceiver {
  #server: RpcServer;
  /** Ends the wait for replies that will not come. */
  #closing = new AbortController();

  /** @throws {Error} when the port cannot be bound. */
  constructor({ system, queryActor, environment, ...options }: QueryReceiverOptions) {
    this.#server = new RpcServer({
      ...options,
      timers: environment,
      execute: (frames, _connection, again) => {
        // What comes again was counted the first time.
        const batch = again ? 0 : countFrames(frames);
        const { ref: replyTo, response } = system.newChannelRef<QueryReply>({
          batch,
          signal: this.#closing.signal,
        });
        const message: QueryMessage = {
          type: "query",
          frames,
          connections: this.#server.connections,
          replyTo,
        };
        system.tell(queryActor, message, { batch });
        return response;
      },
    });
  }

  /** Where it listens, as `host:port`. */
  get address(): string {
    return this.#server.address;
  }

  /** Ends it and its connections; resolves when the port is free. */
  close(): Promise<void> {
    this.#closing.abort();
    return this.#server.close();
  }
}

function countFrames(frames: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < frames.length; count++) at += frameHeaderBytes + frameLength(frames, at);
  return count;
}
