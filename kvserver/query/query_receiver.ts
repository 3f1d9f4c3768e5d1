import type { ActorRef, ActorThread } from "../../actor/mod.ts";
import {
  type ByteStream,
  type ConnectionRoom,
  type Crowd,
  type Cut,
  type Environment,
  hostOf,
  pause,
  RpcServer,
  type Served,
  type Transport,
} from "../../rpc/mod.ts";
import { QueryConnection } from "./query_connection.ts";
import type { QueryTimer } from "./query_timer.ts";

/** Options of a `QueryReceiver`. */
export interface QueryReceiverOptions {
  /** The thread of the actor. */
  thread: ActorThread;
  /** The actor that answers. */
  queryActor: ActorRef;
  /** Times what comes. */
  timer: QueryTimer;
  /** Whether that asks for tokens: who has shown none makes way for others. Default: it does not. */
  asksForTokens?: boolean;
  hostname: string;
  /** 0: any free port. */
  port: number;
  transport: Transport;
  environment: Environment;
  /** Called when a connection ends otherwise than by the client's orderly close. */
  onFault?(peer: string, error: unknown): void;
  /** A connection on which nothing comes for so long is ended. Default: none is. */
  idleTimeoutMs?: number;
  /** The room that its connections share with those of other ports. Default: there is no such bound. */
  room?: ConnectionRoom;
  /** Called for a connection for which there was no room. */
  onCrowded?(crowd: Crowd): void;
  /** Called for a connection that is ended because memory is full. */
  onCut?(cut: Cut): void;
  /** Called for a connection that is ended because too many wrong tokens were shown on it, or from its host. */
  onBarred?(host: string): void;
}

/**
 * The port of one query actor. Holds no state of the store and answers nothing by itself: whatever
 * whole frames a socket read brings go to the actor as one message, its reply back as one write.
 */
export class QueryReceiver {
  #server: RpcServer;
  #open = new Set<QueryConnection>();
  #environment: Environment;

  /** @throws {Error} when the port cannot be bound. */
  constructor(
    { thread, queryActor, timer, asksForTokens = false, environment, ...options }:
      QueryReceiverOptions,
  ) {
    this.#environment = environment;
    this.#server = new RpcServer({
      ...options,
      environment,
      serve: (sendDeferred, peer, end) => {
        const connection = new QueryConnection(
          thread,
          queryActor,
          this.#open,
          { asksForTokens, sendDeferred, end, barred: () => options.onBarred?.(hostOf(peer)) },
          () => ({ peer, local: this.address }),
          environment,
          timer,
        );
        this.#open.add(connection);
        return connection;
      },
    });
  }

  /** Where it listens, as `host:port`. */
  get address(): string {
    return this.#server.address;
  }

  /** Serves a connection as one to its port. */
  serve(stream: ByteStream): Served {
    return this.#server.serve(stream);
  }

  /**
   * Ends it and its connections; resolves when the port is free. What was asked before is answered, and what
   * comes from then on is refused, until nothing has come for a while: so no request is left without a reply,
   * of which nobody knows whether it had an effect.
   */
  async close(): Promise<void> {
    await this.#part();
    for (const connection of this.#open) connection.close();
    await this.#server.close();
  }

  async #part(): Promise<void> {
    const { partingMs, partingMaxMs } = this.#environment.limits;
    for (const connection of this.#open) connection.refuse();
    for (let passedMs = 0; passedMs < partingMaxMs && this.#isAsked(); passedMs += partingMs) {
      await pause(this.#environment, partingMs);
    }
  }

  /** Whether something was asked on a connection since this was called last, or is still being answered. */
  #isAsked(): boolean {
    return [...this.#open].filter((connection) => connection.takeIsAsked()).length > 0;
  }
}
