/**
 * The worker with the cluster, as the page asks it: one request at a time, and time last.
 *
 * @module
 */

import { scriptUrl } from "./load_text.js";

/** Asks a worker that runs a script. */
export class Core {
  #worker;
  /** Whether a reply is awaited. */
  #isAsked = false;
  /** Requests, each with what is to be called with its reply. */
  #waiting = [];
  #resolve;
  /** The run is to come so far, and was asked to. */
  #wantedMs = 0;
  #askedMs = 0;

  /** @param onReply is called with each reply @param onLive with what is seen of a cluster that runs */
  constructor(script, onReply, onLive) {
    this.#worker = new Worker(scriptUrl(script), { type: "module" });
    this.#worker.onmessage = ({ data }) => {
      if ("live" in data) return onLive(data.live);
      this.#isAsked = false;
      // What was wished for before belongs to another run.
      if (data.run !== undefined || data.isStep) this.#wantedMs = this.#askedMs = data.untilMs;
      onReply(data);
      this.#resolve?.(data);
      this.#askNext();
    };
  }

  /** Lets the run come so far, sooner or later. */
  want(untilMs) {
    this.#wantedMs = Math.max(this.#wantedMs, untilMs);
    this.#askNext();
  }

  /** Asks for something else, which is answered in turn. @returns the reply */
  ask(request) {
    return new Promise((resolve) => {
      this.#waiting.push({ request, resolve });
      this.#askNext();
    });
  }

  /** Tells what needs no answer. */
  tell(request) {
    this.#worker.postMessage(request);
  }

  /** Ends the worker. */
  end() {
    this.#worker.terminate();
  }

  #askNext() {
    if (this.#isAsked) return;
    const { request, resolve } = this.#waiting.shift() ?? this.#advance();
    this.#resolve = resolve;
    if (request === undefined) return;
    this.#isAsked = true;
    this.#worker.postMessage(request);
  }

  #advance() {
    if (this.#wantedMs <= this.#askedMs) return {};
    this.#askedMs = this.#wantedMs;
    return { request: { type: "advance", untilMs: this.#wantedMs } };
  }
}
