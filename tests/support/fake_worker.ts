import { answerRequests, type RequestHandlers, type WorkerHandle } from "../../actor/mod.ts";

/** A Worker that runs nowhere: `handlers` answer what it is posted, unless it hangs. */
export class FakeWorker<Request, Event, Failure> implements WorkerHandle {
  onmessage: WorkerHandle["onmessage"] = null;
  onerror: WorkerHandle["onerror"] = null;
  /** Leaves what is posted lying until it is `false` again. */
  hangs = false;
  isTerminated = false;
  /** Number of messages that were posted to it. */
  posted = 0;
  readonly emit: (event: Event) => void;
  #scope = {
    onmessage: null as ((event: { data: unknown }) => void) | null,
    postMessage: (data: unknown) => this.onmessage?.({ data }),
  };
  #lying: unknown[] = [];

  constructor(handlers: RequestHandlers<Request, Failure>) {
    this.emit = answerRequests<Request, Event, Failure>(this.#scope, handlers);
  }

  postMessage(data: unknown): void {
    this.posted++;
    this.#lying.push(data);
    if (!this.hangs) this.goOn();
  }

  /** Handles what was posted while it hung. */
  goOn(): void {
    this.hangs = false;
    for (const data of this.#lying.splice(0)) this.#scope.onmessage!({ data });
  }

  terminate(): void {
    this.isTerminated = true;
  }
}
