import type { TokenEntry } from "../../access/mod.ts";
import type { ActorRef, ActorThread } from "../../actor/mod.ts";
import { logBarred, logCrowd, logCut, type Logger, logTls } from "../../log/mod.ts";
import {
  type ByteStream,
  ConnectionRoom,
  type Crowd,
  type Cut,
  type Environment,
  type Served,
  type TlsSettings,
  type Transport,
} from "../../rpc/mod.ts";
import { reloadTls } from "./transport_of.ts";
import { bind } from "./bind.ts";
import { messageTypes } from "../messages/message_types.ts";
import type { TokensMessage } from "../query/query_message.ts";
import { RefusalCounter } from "../query/measurements.ts";
import { QueryCounter } from "../query/query_figures.ts";
import type { ReplicaSize } from "../query/replica_size.ts";
import { QueryTimer } from "../query/query_timer.ts";
import { QueryReceiver } from "../query/query_receiver.ts";
import { shareClientRoom } from "../query/server_stats.ts";
import { type QueryActorSettings, startQueryActor } from "../query/start_query_actor.ts";
import type { ServerBounds } from "./server_bounds.ts";

/** Called when a client's connection ends otherwise than by its orderly close. */
export type OnFault = (peer: string, error: unknown) => void;

/** The query actors of one thread, and their ports. */
export class QueryThread {
  #thread: ActorThread;
  #timer: QueryTimer;
  #environment: Environment;
  #transport: Transport;
  #bounds: ServerBounds;
  #log: Logger;
  #onFault: OnFault | undefined;
  #queryActors: ActorRef[] = [];
  #asksForTokens = false;
  #receivers: QueryReceiver[] = [];
  #nextReceiver = 0;

  constructor(
    thread: ActorThread,
    environment: Environment,
    transport: Transport,
    bounds: ServerBounds,
    log: Logger,
    onFault?: OnFault,
  ) {
    this.#thread = thread;
    this.#timer = new QueryTimer(thread);
    this.#environment = environment;
    this.#transport = transport;
    this.#bounds = bounds;
    this.#log = log;
    this.#onFault = onFault;
  }

  /**
   * Starts `count` query actors; called once.
   *
   * @param firstSize where the first of them says how much its replica holds. Default: it does not
   */
  startActors(
    settings: QueryActorSettings,
    count: number,
    firstSize?: ReplicaSize,
  ): ActorRef[] {
    this.#asksForTokens = settings.tokens !== undefined;
    const refusals = new RefusalCounter(this.#thread);
    const timer = this.#timer;
    for (let i = 0; i < count; i++) {
      const counter = new QueryCounter(
        this.#thread,
        (inbox, method, count) => timer.noteAsked(inbox, method, count),
      );
      const size = i === 0 ? firstSize : undefined;
      this.#queryActors.push(startQueryActor(this.#thread, settings, { counter, refusals, size }));
    }
    return this.#queryActors;
  }

  /**
   * Binds a port for each query actor.
   *
   * @param ports 0 stands for any free one
   * @returns the addresses of the ports, as `host:port`.
   * @throws {Error} when one cannot be bound; `close` frees the others.
   */
  async listen(hostname: string, ports: readonly number[]): Promise<string[]> {
    // The room of all threads.
    const room = new ConnectionRoom(this.#bounds.maxConnections);
    shareClientRoom(room, this.#thread);
    const options = {
      thread: this.#thread,
      timer: this.#timer,
      asksForTokens: this.#asksForTokens,
      hostname,
      transport: this.#transport,
      environment: this.#environment,
      onFault: (peer: string, error: unknown) => {
        if (!logTls(this.#log, "the query ports", peer, error)) this.#onFault?.(peer, error);
      },
      idleTimeoutMs: this.#bounds.idleTimeoutMs,
      room,
      onCrowded: (crowd: Crowd) => logCrowd(this.#log, "the query ports", crowd),
      onCut: (cut: Cut) => logCut(this.#log, "the query ports", cut),
      onBarred: (peer: string) => logBarred(this.#log, "the query ports", peer),
    };
    for (const [i, queryActor] of this.#queryActors.entries()) {
      const port = ports[i];
      const start = () => new QueryReceiver({ ...options, queryActor, port });
      this.#receivers.push(await bind(hostname, port, start));
    }
    await this.#transport.bound?.();
    return this.#receivers.map(({ address }) => address);
  }

  /** Has the query actors know these tokens from now on: who has shown others is heard no more. */
  setTokens(tokens: readonly TokenEntry[]): void {
    const message: TokensMessage = { type: messageTypes.tokens, tokens };
    for (const queryActor of this.#queryActors) this.#thread.tell(queryActor, message);
  }

  /** Serves a connection as one to a port of its own: each time that of the next query actor. */
  serve(stream: ByteStream): Served {
    return this.#receivers[this.#nextReceiver++ % this.#receivers.length].serve(stream);
  }

  /** Uses other certificates from now on. */
  setTls(tls: TlsSettings): Promise<void> {
    return reloadTls(this.#transport, tls);
  }

  /** Closes the ports and their connections; resolves when the ports are free. */
  async close(): Promise<void> {
    await Promise.all(this.#receivers.map((receiver) => receiver.close()));
  }
}
