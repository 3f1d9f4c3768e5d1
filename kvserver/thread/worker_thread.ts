import type { TokenEntry } from "../../access/mod.ts";
import { type ActorRef, type ActorSystem, messagePort, WatchedWorker } from "../../actor/mod.ts";
import type { Logger } from "../../log/mod.ts";
import type { Clock, Limited, Timers, TlsSettings } from "../../rpc/mod.ts";
import type { QueryActorSettings } from "../query/start_query_actor.ts";
import type { OnFault } from "./query_thread.ts";
import type { ServerBounds } from "./server_bounds.ts";
import { ThreadEndedError } from "./thread_ended_error.ts";
import type {
  WorkerAnswers,
  WorkerEvent,
  WorkerFailure,
  WorkerRequest,
} from "./worker_messages.ts";

/** A further thread of a server, as the main thread sees it: a `QueryThread` in a Worker. */
export class WorkerThread {
  #worker: WatchedWorker<WorkerAnswers, WorkerRequest, WorkerEvent, WorkerFailure>;
  #thread: number;
  #port: MessagePort | undefined;

  /**
   * @param environment times the watch over the thread
   * @param log takes the log records of the thread
   * @param onEnd called, once, when the thread ends without having been asked to
   */
  constructor(
    thread: number,
    environment: Clock & Timers & Limited,
    log: Logger,
    onEnd: (error: ThreadEndedError) => void,
    onFault?: OnFault,
  ) {
    this.#thread = thread;
    const name = `Thread ${thread} of the server`;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    const fail = (why: string) => {
      const error = new ThreadEndedError(why);
      this.#end(error);
      onEnd(error);
    };
    this.#worker = new WatchedWorker(worker, {
      name,
      environment,
      onEvent: (event) =>
        event.type === "log"
          ? log.take(event.record)
          : onFault?.(event.peer, new Error(event.message)),
      errorOf: ({ message, causeName }) => new Error(message, { cause: newError(causeName) }),
      // Nothing brings the queries back that wait for it, so it is as good as ended.
      onSilent: (silentMs) => fail(`${name} ended: it is silent for ${Math.round(silentMs)} ms`),
      onHeard: () => {},
      onThrew: ({ message }) => fail(message),
    });
  }

  /** Has the Worker join `system` and start `count` query actors. */
  startActors(
    system: ActorSystem,
    settings: QueryActorSettings,
    bounds: ServerBounds,
    tls: TlsSettings | undefined,
    count: number,
  ): Promise<readonly ActorRef[]> {
    const { port1, port2: port } = new MessageChannel();
    this.#port = port1;
    system.connectThread(this.#thread, messagePort(port1));
    const config = system.threadConfig(this.#thread);
    const start = { type: "start", config, port, settings, bounds, tls, count } as const;
    return this.#worker.ask(start, [port]);
  }

  /** As a `QueryThread` does. */
  listen(hostname: string, ports: readonly number[]): Promise<readonly string[]> {
    return this.#worker.ask({ type: "listen", hostname, ports });
  }

  /** As a `QueryThread` does. */
  async setTls(tls: TlsSettings): Promise<void> {
    await this.#worker.ask({ type: "tls", tls });
  }

  /** As a `QueryThread` does. */
  async setTokens(tokens: readonly TokenEntry[]): Promise<void> {
    await this.#worker.ask({ type: "tokens", tokens });
  }

  /** As a `QueryThread` does. */
  async close(): Promise<void> {
    await this.#worker.ask({ type: "close" });
  }

  /** Ends the thread; its actors get no further turn. */
  end(): void {
    this.#end();
  }

  #end(error?: Error): void {
    this.#worker.end(error);
    this.#port?.close();
  }
}

/** An error of the platform's by its name, or none. */
function newError(name: string | undefined): Error | undefined {
  const types: Record<string, new (message: string) => Error> = Deno.errors;
  return name !== undefined && name in types ? new types[name](name) : undefined;
}
