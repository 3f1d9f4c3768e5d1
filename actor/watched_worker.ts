import type { Clock, Limited, Timers } from "../rpc/mod.ts";
import type { WorkerCall, WorkerReply } from "./worker_messages.ts";

/** The part of a `Worker` that a `WatchedWorker` uses. */
export interface WorkerHandle {
  /** Called with each message that the Worker posts. */
  // deno-lint-ignore no-explicit-any -- the types of a Worker, whatever it posts
  onmessage: ((event: any) => void) | null;
  /** Called when the Worker throws what it does not catch. */
  onerror: ((event: ErrorEvent) => void) | null;
  /** Posts a message to the Worker, and moves the memory of `transfer` along with it. */
  postMessage(message: unknown, transfer: Transferable[]): void;
  /** Ends the Worker at once. */
  terminate(): void;
}

/** Options of a `WatchedWorker`. */
export interface WatchedWorkerOptions<Event, Failure> {
  /** Names the Worker in errors, at the beginning of a sentence. */
  name: string;
  /** Clock and timers of the beats, and their bounds. */
  environment: Clock & Timers & Limited;
  /** Called with each event that the Worker emits. */
  onEvent(event: Event): void;
  /** Turns a failed request's failure into the error to reject with. */
  errorOf(failure: Failure): Error;
  /** Called when the Worker has posted nothing for `threadPatienceMs`. */
  onSilent(silentMs: number): void;
  /** Called when a Worker that was silent posts again. */
  onHeard(): void;
  /** Called when the Worker threw: it is ended, and requests without an answer are rejected. */
  onThrew(error: Error): void;
}

/**
 * A Worker that answers requests in order, and is watched: it is sent a beat every `threadBeatMs`, and
 * is silent when nothing has come from it for `threadPatienceMs`.
 *
 * Silence is counted in beats, each at most `threadBeatMs` long. A beat that comes late counts as one,
 * because a process that was suspended, or whose machine slept, could not hear its Worker.
 *
 * @typeParam Answers the answer to each request, by the request's `type`
 * @typeParam Request a union of objects with a `type`
 */
export class WatchedWorker<Answers, Request extends { type: string }, Event, Failure> {
  #worker: WorkerHandle;
  #options: WatchedWorkerOptions<Event, Failure>;
  /** Requests without an answer, in order. */
  #waiting: { resolve(answer: unknown): void; reject(error: Error): void }[] = [];
  #silentMs = 0;
  #isSilent = false;
  #checkedMs: number;
  #cancelBeat: () => void;
  /** Why no more requests are answered. */
  #ended: Error | undefined;

  /** Takes over `worker`, which answers by `answerRequests`, and sends it beats from now on. */
  constructor(worker: WorkerHandle, options: WatchedWorkerOptions<Event, Failure>) {
    this.#worker = worker;
    this.#options = options;
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = (event) => {
      // Unhandled, the error would end the process without a word.
      event.preventDefault();
      const error = new Error(`${options.name} ended: it threw ${event.message}`);
      this.end(error);
      options.onThrew(error);
    };
    this.#checkedMs = options.environment.monotonicMs();
    this.#cancelBeat = this.#nextBeat();
  }

  /** Whether the Worker has posted nothing for `threadPatienceMs`. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Sends a request. @throws {Error} what `errorOf` makes of a failure, or why the Worker ended. */
  ask<Type extends keyof Answers>(
    request: Extract<Request, { type: Type }>,
    transfer: Transferable[] = [],
  ): Promise<Answers[Type]> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    this.#post({ kind: "ask", request }, transfer);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve: resolve as (answer: unknown) => void, reject });
    });
  }

  /** Sends a request that is not answered. */
  post(request: Request, transfer: Transferable[] = []): void {
    if (this.#ended === undefined) this.#post({ kind: "post", request }, transfer);
  }

  /** Ends the Worker. @param error what requests without an answer are rejected with */
  end(error: Error = new Error(`${this.#options.name} is ended`)): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#cancelBeat();
    this.#worker.terminate();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #post(call: WorkerCall<Request>, transfer: Transferable[] = []): void {
    this.#worker.postMessage(call, transfer);
  }

  #receive(reply: WorkerReply<unknown, Event, Failure>): void {
    if (this.#ended !== undefined) return;
    this.#silentMs = 0;
    if (this.#isSilent) {
      this.#isSilent = false;
      this.#options.onHeard();
    }
    switch (reply.kind) {
      case "done":
        return this.#waiting.shift()!.resolve(reply.answer);
      case "failed":
        return this.#waiting.shift()!.reject(this.#options.errorOf(reply.failure));
      case "event":
        return this.#options.onEvent(reply.event);
    }
  }

  #nextBeat(): () => void {
    const { environment } = this.#options;
    return environment.after(environment.limits.threadBeatMs, () => this.#beat());
  }

  #beat(): void {
    const nowMs = this.#options.environment.monotonicMs();
    const { threadBeatMs, threadPatienceMs } = this.#options.environment.limits;
    this.#silentMs += Math.min(nowMs - this.#checkedMs, threadBeatMs);
    this.#checkedMs = nowMs;
    this.#cancelBeat = this.#nextBeat();
    this.#post({ kind: "beat" });
    // Greater, because the answer to the beat before may be on its way.
    if (this.#isSilent || this.#silentMs <= threadPatienceMs) return;
    this.#isSilent = true;
    this.#options.onSilent(this.#silentMs);
  }
}
