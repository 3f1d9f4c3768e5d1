import type { ActorRef, ActorThread, ExtraFigure, Inbox } from "../../actor/mod.ts";
import {
  type Environment,
  type FrameExecutor,
  frameHeaderBytes,
  frameLength,
  MsgpackReader,
  RpcServer,
  type SendDeferred,
  type Transport,
} from "../../rpc/mod.ts";
import {
  isDeferred,
  type QueryReply,
  readDeferred,
  readReply,
  writeQuery,
} from "./query_message.ts";
import { queriesTold } from "./server_stats.ts";

/** Options of a `QueryReceiver`. */
export interface QueryReceiverOptions {
  /** The thread of the actor. */
  thread: ActorThread;
  /** The actor that answers. */
  queryActor: ActorRef;
  hostname: string;
  /** 0: any free port. */
  port: number;
  transport: Transport;
  environment: Environment;
  /** Called when a connection ends otherwise than by the client's orderly close. */
  onFault?(peer: string, error: unknown): void;
}

/**
 * The port of one query actor. Holds no state of the store and answers nothing by itself: whatever
 * whole frames a socket read brings go to the actor as one message, its reply back as one write.
 */
export class QueryReceiver {
  #server: RpcServer;
  #open = new Set<OpenConnection>();

  /** @throws {Error} when the port cannot be bound. */
  constructor({ thread, queryActor, environment, ...options }: QueryReceiverOptions) {
    this.#server = new RpcServer({
      ...options,
      environment,
      serve: (sendDeferred) => {
        const connection = new OpenConnection(thread, queryActor, this.#open, sendDeferred);
        this.#open.add(connection);
        return connection;
      },
    });
  }

  /** Where it listens, as `host:port`. */
  get address(): string {
    return this.#server.address;
  }

  /** Ends it and its connections; resolves when the port is free. */
  close(): Promise<void> {
    for (const connection of this.#open) connection.close();
    return this.#server.close();
  }
}

/**
 * A client's connection as the actors see it: an inbox, where the replies to its queries come. The
 * inbox stands for one channel ref per query, of which at most one would be open at a time.
 */
class OpenConnection implements FrameExecutor {
  #thread: ActorThread;
  #queryActor: ActorRef;
  #queriesTold: ExtraFigure;
  #all: Set<OpenConnection>;
  #inbox: Inbox;
  #reader = new MsgpackReader(new Uint8Array());
  #resolve: (reply: QueryReply) => void = () => {};
  #closed = false;
  #reject: (error: Error) => void = () => {};

  constructor(
    thread: ActorThread,
    queryActor: ActorRef,
    all: Set<OpenConnection>,
    sendDeferred: SendDeferred,
  ) {
    this.#thread = thread;
    this.#queryActor = queryActor;
    this.#queriesTold = thread.extraFigure(queriesTold);
    this.#all = all;
    this.#inbox = thread.openInbox((bytes, start, end) => {
      this.#reader.reset(bytes, start, end);
      if (isDeferred(bytes[start])) {
        const { replies, count } = readDeferred(this.#reader);
        sendDeferred(replies, count);
      } else this.#resolve(readReply(this.#reader));
    });
  }

  execute(frames: Uint8Array, again: boolean): Promise<QueryReply> {
    if (this.#closed) return Promise.reject(closedError());
    // What comes again was counted the first time.
    const batch = again ? 0 : countFrames(frames);
    this.#queriesTold.add(batch);
    const writer = this.#thread.beginMessage();
    writeQuery(writer, this.#inbox.ref.counter, this.#all.size, frames);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#thread.tellWritten(this.#queryActor, batch);
    });
  }

  close(): void {
    this.#all.delete(this);
    this.#inbox.close();
    this.#closed = true;
    this.#reject(closedError());
  }
}

function closedError(): Error {
  return new Error("The connection was closed");
}

function countFrames(frames: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < frames.length; count++) at += frameHeaderBytes + frameLength(frames, at);
  return count;
}
