import type { PoliteOptions, PoliteReport } from "./polite_client.ts";
import type { PoliteRequest } from "./polite_worker.ts";

/** Polite clients on a thread of their own. */
export class PoliteClients implements Disposable {
  #worker = new Worker(new URL("./polite_worker.ts", import.meta.url), { type: "module" });
  #open: ((reports: PoliteReport[]) => void)[] = [];

  constructor(clients: readonly PoliteOptions[]) {
    this.#worker.onmessage = ({ data }) => this.#open.shift()?.(data);
    this.#post({ type: "start", clients });
  }

  /** What each has found since the last time. */
  report(): Promise<PoliteReport[]> {
    return this.#ask({ type: "report" });
  }

  /** Has all of them ask nothing for a while. */
  pause(isPaused: boolean): void {
    this.#post({ type: "pause", isPaused });
  }

  /** Resolves when each has found at the other server what it put last. */
  end(): Promise<PoliteReport[]> {
    return this.#ask({ type: "end" });
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }

  #ask(request: PoliteRequest): Promise<PoliteReport[]> {
    return new Promise((resolve) => {
      this.#open.push(resolve);
      this.#post(request);
    });
  }

  #post(request: PoliteRequest): void {
    this.#worker.postMessage(request);
  }
}
