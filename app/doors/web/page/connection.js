/**
 * The connection to the host: text in binary messages, GMCP in those of text.
 *
 * @module
 */

const protocol = "gmcp.mudstandards.org";
const place = "cmud-session";

/** While nothing comes, something is asked for so often; after two of these the connection is lost. */
const quietMs = 10_000;

const [pauseMinMs, pauseMaxMs] = [500, 5_000];

/** Keeps connected, as long as the game is not over. */
export class Connection {
  #listener;
  #opening;
  #socket;
  #decoder;
  #pauseMs = pauseMinMs;
  #heardMs = 0;
  #hasAsked = false;

  /**
   * @param listener told of what comes: `text`, `told(name, data)`, `state(words)`, `opened()`,
   * `over()`
   * @param opening gives what to say first: how lines are typed, and the size
   */
  constructor(listener, opening) {
    this.#listener = listener;
    this.#opening = opening;
    setInterval(() => this.#check(), quietMs / 2);
    this.connect();
  }

  /** Connects anew, with what is said first as it is now. The session goes on. */
  connect() {
    const before = this.#socket;
    this.#socket = undefined;
    before?.close();
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/play`, [protocol]);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#decoder = new TextDecoder();
    this.#listener.state("connecting…");
    socket.onopen = () => {
      const secret = sessionStorage.getItem(place) ?? undefined;
      this.#heardMs = performance.now();
      this.#listener.opened();
      this.tell("CMUD.Open", { ...this.#opening(), secret });
    };
    socket.onmessage = ({ data }) => this.#socket === socket && this.#hear(data);
    socket.onclose = ({ code }) => this.#socket === socket && this.#lost(code);
  }

  /** Sends what was typed. */
  type(text) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(new TextEncoder().encode(text));
    }
  }

  /** Says something beside the text. */
  tell(name, data) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(data === undefined ? name : `${name} ${JSON.stringify(data)}`);
  }

  #hear(data) {
    this.#heardMs = performance.now();
    this.#hasAsked = false;
    this.#pauseMs = pauseMinMs;
    if (typeof data !== "string") {
      return this.#listener.text(this.#decoder.decode(data, { stream: true }));
    }
    const [, name, json] = /^(\S+)(?:\s+([^]*))?$/.exec(data);
    const told = json === undefined ? undefined : JSON.parse(json);
    if (name === "CMUD.Session") sessionStorage.setItem(place, told.secret);
    this.#listener.told(name, told);
  }

  /** An end in order is the end of the game; any other is a connection that was lost. */
  #lost(code) {
    this.#socket = undefined;
    if (code === 1000) {
      sessionStorage.removeItem(place);
      return this.#listener.over();
    }
    this.#listener.state("The connection is lost. Trying again…");
    setTimeout(() => this.#socket === undefined && this.connect(), this.#pauseMs);
    this.#pauseMs = Math.min(2 * this.#pauseMs, pauseMaxMs);
  }

  #check() {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const quiet = performance.now() - this.#heardMs;
    if (quiet > 2 * quietMs && this.#hasAsked) return this.connect();
    if (quiet < quietMs || this.#hasAsked) return;
    this.#hasAsked = true;
    this.tell("Core.Ping");
  }
}
