/**
 * What a `WatchedWorker` and the `answerRequests` in its Worker post to each other.
 *
 * @module
 */

/** To the Worker. */
export type WorkerCall<Request> =
  /** Wants one `done` or `failed`, in the order of the asks. */
  | { kind: "ask"; request: Request }
  /** Wants no answer. */
  | { kind: "post"; request: Request }
  /** Wants a `beat`, at once. */
  | { kind: "beat" };

/** From the Worker. */
export type WorkerReply<Answer, Event, Failure> =
  | { kind: "done"; answer: Answer }
  /** Plain data, because an error itself would lose its class and fields on the way. */
  | { kind: "failed"; failure: Failure }
  | { kind: "event"; event: Event }
  | { kind: "beat" };
