import { type ActorRef, type ActorSystem, messagePort } from "../actor/mod.ts";
import type { Logger } from "../log/mod.ts";
import type { Environment } from "../rpc/mod.ts";
import type { OnFault } from "./query_thread.ts";
import type { ReplicaSettings } from "./replica_group.ts";
import type { WorkerAnswers, WorkerReply, WorkerRequest } from "./worker_messages.ts";

/** A thread ended, or stopped to answer, without having been asked to. */
export class ThreadEndedError extends Error {
  static {
    this.prototype.name = "ThreadEndedError";
  }
}

/** A further thread of a server, as the main thread sees it: a `QueryThread` in a Worker. */
export class WorkerThread {
  #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  #thread: number;
  #environment: Environment;
  #log: Logger;
  #onFault: OnFault | undefined;
  #onEnd: (error: ThreadEndedError) => void;
  /** Requests that wait for their answers, in order. */
  #waiting: { resolve(result: unknown): void; reject(error: Error): void }[] = [];
  #cancelBeat: () => void;
  #heardMs: number;
  #port: MessagePort | undefined;
  #ended = false;

  /**
   * @param log takes what the thread has to say
   * @param onEnd told, once, when it ends without having been asked to
   */
  constructor(
    thread: number,
    environment: Environment,
    log: Logger,
    onEnd: (error: ThreadEndedError) => void,
    onFault?: OnFault,
  ) {
    this.#thread = thread;
    this.#environment = environment;
    this.#log = log;
    this.#onEnd = onEnd;
    this.#onFault = onFault;
    this.#worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => this.#heard(data);
    this.#worker.onerror = (event) => {
      // Otherwise it would end the process, without a word.
      event.preventDefault();
      this.#fail(`it threw ${event.message}`);
    };
    this.#heardMs = environment.monotonicMs();
    this.#cancelBeat = this.#nextBeat();
  }

  /** Has it take its seat in `system` and start so many query actors. */
  startActors(
    system: ActorSystem,
    settings: ReplicaSettings,
    count: number,
  ): Promise<readonly ActorRef[]> {
    const { port1, port2: port } = new MessageChannel();
    this.#port = port1;
    system.connectThread(this.#thread, messagePort(port1));
    const seat = system.seat(this.#thread);
    return this.#ask<"start">({ type: "start", seat, port, settings, count }, [port]);
  }

  /** As a `QueryThread` does. */
  listen(hostname: string, ports: readonly number[]): Promise<readonly string[]> {
    return this.#ask<"listen">({ type: "listen", hostname, ports });
  }

  /** As a `QueryThread` does. */
  async close(): Promise<void> {
    await this.#ask<"close">({ type: "close" });
  }

  /** Ends it; its actors get no further turn. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelBeat();
    this.#worker.terminate();
    this.#port?.close();
    for (const { reject } of this.#waiting.splice(0)) reject(new Error("The thread is ended"));
  }

  #ask<Type extends keyof WorkerAnswers>(
    request: WorkerRequest & { type: Type },
    transfer: Transferable[] = [],
  ): Promise<WorkerAnswers[Type]> {
    if (this.#ended) return Promise.reject(new Error("The thread is ended"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve: resolve as (result: unknown) => void, reject });
      this.#worker.postMessage(request, transfer);
    });
  }

  #heard(reply: WorkerReply): void {
    this.#heardMs = this.#environment.monotonicMs();
    if (reply.type === "log") return this.#log.take(reply.record);
    if (reply.type === "fault") return this.#onFault?.(reply.peer, new Error(reply.message));
    const { resolve, reject } = this.#waiting.shift()!;
    if (reply.type === "done") resolve(reply.result);
    else reject(new Error(reply.message, { cause: newError(reply.causeName) }));
  }

  #nextBeat(): () => void {
    return this.#environment.after(this.#environment.limits.threadBeatMs, () => this.#checkBeat());
  }

  #checkBeat(): void {
    const silentMs = this.#environment.monotonicMs() - this.#heardMs;
    if (silentMs > this.#environment.limits.threadPatienceMs) {
      return this.#fail(`it is silent for ${Math.round(silentMs)} ms`);
    }
    this.#cancelBeat = this.#nextBeat();
    this.#ask<"beat">({ type: "beat" }).catch(() => {});
  }

  #fail(why: string): void {
    if (this.#ended) return;
    this.end();
    this.#onEnd(new ThreadEndedError(`Thread ${this.#thread} of the server ended: ${why}`));
  }
}

/** An error of the platform's by its name, or none. */
function newError(name: string | undefined): Error | undefined {
  const types: Record<string, new (message: string) => Error> = Deno.errors;
  return name !== undefined && name in types ? new types[name](name) : undefined;
}
