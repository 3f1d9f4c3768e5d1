import type { WorkerCall, WorkerReply } from "./worker_messages.ts";

/** What a Worker sees of its own scope, whichever library of types it is checked with. */
export interface WorkerScope {
  /** Called with each message that is posted to the Worker. */
  // deno-lint-ignore no-explicit-any -- whatever is posted to it
  onmessage: ((event: any) => void) | null;
  /** Posts a message to who made the Worker, and moves the memory of `transfer` along with it. */
  postMessage(message: unknown, transfer: Transferable[]): void;
}

/** Handles what a Worker is asked. */
export interface RequestHandlers<Request, Failure, Answer = unknown> {
  /** Answers a request, or handles one that wants no answer. */
  handle(request: Request): Answer | Promise<Answer>;
  /** The memory to move along with an answer, rather than copy it. */
  transferOf?(answer: Answer): Transferable[];
  /** The failure to answer with; `undefined`: the error is a bug, and ends the Worker. */
  failureOf(error: unknown): Failure | undefined;
}

/**
 * Answers, in a Worker, the requests of its `WatchedWorker`, one after the other: the next one begins
 * when the last one is answered.
 *
 * @returns emits an event to the `WatchedWorker`.
 */
export function answerRequests<Request, Event, Failure, Answer = unknown>(
  scope: WorkerScope,
  handlers: RequestHandlers<Request, Failure, Answer>,
): (event: Event) => void {
  const reply = (
    reply: WorkerReply<unknown, Event, Failure>,
    transfer: Transferable[] = [],
  ) => scope.postMessage(reply, transfer);
  let last = Promise.resolve();
  scope.onmessage = ({ data: call }: { data: WorkerCall<Request> }) => {
    if (call.kind === "beat") return reply({ kind: "beat" });
    last = last.then(async () => {
      try {
        const answer = await handlers.handle(call.request);
        if (call.kind === "ask") reply({ kind: "done", answer }, handlers.transferOf?.(answer));
      } catch (error) {
        const failure = handlers.failureOf(error);
        if (call.kind === "post" || failure === undefined) throw error;
        reply({ kind: "failed", failure });
      }
    });
  };
  return (event) => reply({ kind: "event", event });
}
