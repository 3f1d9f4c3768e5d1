/**
 * The worker with the cluster, as the page asks it: one request at a time, and time last.
 *
 * @module
 */

/** The script of the worker, which is stored compressed. */
export async function loadCore() {
  const response = await fetch("core.bin");
  if (!response.ok) throw new Error(`core.bin is not there: ${response.status}`);
  const text = response.body.pipeThrough(new DecompressionStream("gzip"));
  return await new Response(text).text();
}

/** Asks a worker that runs a script. */
export class Core {
  #worker;
  /** Whether a reply is awaited. */
  #isAsked = false;
  #waiting = [];
  /** The run is to come so far, and was asked to. */
  #wantedMs = 0;
  #askedMs = 0;

  /** @param onReply is called with each reply @param onLive with what is seen of a cluster that runs */
  constructor(script, onReply, onLive) {
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    this.#worker = new Worker(url, { type: "module" });
    this.#worker.onmessage = ({ data }) => {
      if ("live" in data) return onLive(data.live);
      this.#isAsked = false;
      // What was wished for before belongs to another run.
      if (data.run !== undefined || data.isStep) this.#wantedMs = this.#askedMs = data.untilMs;
      onReply(data);
      this.#askNext();
    };
  }

  /** Lets the run come so far, sooner or later. */
  want(untilMs) {
    this.#wantedMs = Math.max(this.#wantedMs, untilMs);
    this.#askNext();
  }

  /** Asks for something else, which is answered in turn. */
  ask(request) {
    this.#waiting.push(request);
    this.#askNext();
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
    const request = this.#waiting.shift() ?? this.#advance();
    if (request === undefined) return;
    this.#isAsked = true;
    this.#worker.postMessage(request);
  }

  #advance() {
    if (this.#wantedMs <= this.#askedMs) return undefined;
    this.#askedMs = this.#wantedMs;
    return { type: "advance", untilMs: this.#wantedMs };
  }
}
