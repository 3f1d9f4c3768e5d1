/**
 * The connection to the host: text in binary messages, GMCP in those of text. A session outlives connections:
 * what each end has not got of the other when one is lost is sent over the next one.
 *
 * @module
 */

const protocol = "gmcp.mudstandards.org";
const place = "cmud-session";

/** While nothing comes, something is asked for so often. What is typed asks too. */
const quietMs = 5_000;
/** So long an answer may take, and a connection to be there; then it is lost. */
const [answerMs, connectMs] = [3_000, 10_000];
const checkMs = 500;

const [pauseMinMs, pauseMaxMs] = [500, 5_000];

/** So many lines are kept that may not have arrived, or wait for a connection. */
const linesMax = 64;

/** Keeps connected, as long as the game is not over. */
export class Connection {
  #listener;
  #opening;
  #socket;
  #decoder;
  #pauseMs = pauseMinMs;
  /** When the connection was begun, and when something came, and was asked for; 0: nothing is. */
  #begunMs = 0;
  #heardMs = 0;
  #askedMs = 0;
  /** What the session is at this connection: to be gone on with, there, or not known. */
  #session = "none";
  /** How many messages of text came of the session, and lines went, as the host counts them. */
  #heard = 0;
  #typed = 0;
  #sent = [];
  #waiting = [];

  /**
   * @param listener told of what comes: `text`, `told(name, data)`; of the connection: `connecting()`,
   * `opened()`, `lost(hasSession)`; and of the player: `entered(name)`, `left()`, `over()`
   * @param opening gives what to say first: how lines are typed, and the size
   */
  constructor(listener, opening) {
    this.#listener = listener;
    this.#opening = opening;
    setInterval(() => this.#check(), checkMs);
    // It may be that only others cannot be reached.
    addEventListener("offline", () => this.#ask());
    addEventListener("online", () => this.#socket ? this.#ask() : this.#connect());
    addEventListener("visibilitychange", () => document.hidden || this.#ask());
    this.#connect();
  }

  /** Connects anew, with what is said first as it is now, and is shown again what was said last. */
  reconnect() {
    this.#heard = 0;
    this.#connect();
  }

  #connect() {
    const before = this.#socket;
    this.#socket = undefined;
    before?.close();
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/play`, [protocol]);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#decoder = new TextDecoder();
    this.#begunMs = performance.now();
    this.#askedMs = 0;
    const secret = sessionStorage.getItem(place) ?? undefined;
    this.#session = secret === undefined ? "none" : "held";
    this.#listener.connecting();
    socket.onopen = () => {
      if (this.#socket !== socket) return;
      this.#heardMs = performance.now();
      this.#listener.opened();
      const heard = secret === undefined ? undefined : this.#heard;
      this.tell("CMUD.Open", { ...this.#opening(), secret, heard });
    };
    socket.onmessage = ({ data }) => this.#socket === socket && this.#hear(data);
    socket.onclose = ({ code }) => this.#socket === socket && this.#closed(code);
  }

  /** Sends keys as they are pressed. */
  press(keys) {
    this.#send(new TextEncoder().encode(keys));
  }

  /** Sends a line. While the connection of a session is lost it waits; a name or a password does not. */
  enter(line) {
    if (this.#isOpen && this.#session !== "held") this.#enter(line);
    else if (this.#session !== "none") this.#waiting = [...this.#waiting, line].slice(-linesMax);
  }

  /** Says something beside the text. */
  tell(name, data) {
    this.#send(data === undefined ? name : `${name} ${JSON.stringify(data)}`);
  }

  get #isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #send(message) {
    if (this.#isOpen) this.#socket.send(message);
  }

  #enter(line) {
    this.#send(new TextEncoder().encode(`${line}\n`));
    if (this.#session === "there") {
      this.#sent = [...this.#sent, { at: ++this.#typed, line }].slice(-linesMax);
    }
    this.#ask();
  }

  #hear(data) {
    this.#heardMs = performance.now();
    this.#askedMs = 0;
    this.#pauseMs = pauseMinMs;
    if (typeof data !== "string") {
      this.#isNobody();
      this.#heard++;
      return this.#listener.text(this.#decoder.decode(data, { stream: true }));
    }
    const [, name, json] = /^(\S+)(?:\s+([^]*))?$/.exec(data);
    const told = json === undefined ? undefined : JSON.parse(json);
    if (name === "CMUD.Session") this.#enterSession(told);
    else if (name === "CMUD.Prompt") this.#isNobody();
    this.#listener.told(name, told);
  }

  /** Somebody is in. Where a session goes on, what has not arrived of it is sent. */
  #enterSession({ name, secret, typed, written }) {
    const goesOn = this.#session === "held";
    const lines = goesOn ? this.#sent.filter(({ at }) => at > typed).map(({ line }) => line) : [];
    const waiting = this.#waiting;
    sessionStorage.setItem(place, secret);
    this.#session = "there";
    this.#heard = written;
    this.#typed = typed;
    this.#sent = [];
    this.#waiting = [];
    for (const line of [...lines, ...waiting]) this.#enter(line);
    this.#listener.entered(name);
  }

  /** What comes before anybody is in asks who it is: the session is over. */
  #isNobody() {
    if (this.#session !== "held") return;
    this.#forget();
    this.#listener.left();
  }

  #forget() {
    sessionStorage.removeItem(place);
    this.#session = "none";
    this.#heard = 0;
    this.#sent = [];
    this.#waiting = [];
  }

  /** An end in order is the end of the game; any other is a connection that was lost. */
  #closed(code) {
    if (code !== 1000) return this.#lose();
    this.#socket = undefined;
    this.#forget();
    this.#listener.left();
    this.#listener.over();
  }

  #lose() {
    const lost = this.#socket;
    this.#socket = undefined;
    lost.close();
    this.#listener.lost(this.#session !== "none");
    setTimeout(() => this.#socket ?? this.#connect(), this.#pauseMs);
    this.#pauseMs = Math.min(2 * this.#pauseMs, pauseMaxMs);
  }

  #ask() {
    if (!this.#isOpen || this.#askedMs !== 0) return;
    this.#askedMs = performance.now();
    this.tell("Core.Ping");
  }

  #check() {
    if (this.#socket === undefined) return;
    const nowMs = performance.now();
    if (!this.#isOpen) {
      if (nowMs - this.#begunMs >= connectMs) this.#lose();
    } else if (this.#askedMs === 0) {
      if (nowMs - this.#heardMs >= quietMs) this.#ask();
    } else if (nowMs - this.#askedMs >= answerMs) {
      this.#lose();
    }
  }
}
