import type { Rights } from "../access/mod.ts";
import { httpLimits } from "../limits.ts";
import type { ByteStream, Clock, Timers } from "../rpc/mod.ts";
import { limitedMembers, limitedStats, type Member, type ServerStats } from "../kvserver/mod.ts";
import { type Answer, plain } from "./answer.ts";
import type { Upgrade } from "./rpc_door.ts";
import { membersOf, type Shown } from "./stats_source.ts";

/** The path at which a server tells how it does, for as long as somebody listens. */
export const livePath = "/api/live";

/** Tells what is not healthy about a server, a line for each. */
export type ProblemsOf = (
  report: { stats: Readonly<Partial<ServerStats>>; members?: readonly Member[] },
) => readonly string[];

/** The figures of a moment that charts are made of. */
export interface LiveSample {
  readonly atMs: number;
  /** Queries that were answered since the start. */
  readonly queries: number;
  readonly memoryBytes: number;
  /** Age of the oldest write that another server has not acknowledged. */
  readonly lagMs: number;
  /** Bytes that came from other servers since the start. */
  readonly receivedBytes: number;
}

/** Options of a `LiveFeed`. */
export interface LiveFeedOptions {
  readonly environment: Clock & Timers;
  readonly version: string;
  readonly problemsOf: ProblemsOf;
}

const head = new TextEncoder().encode(
  [
    "HTTP/1.1 200 OK",
    "Content-Type: text/event-stream",
    "Cache-Control: no-store",
    "X-Content-Type-Options: nosniff",
    "Cross-Origin-Resource-Policy: same-origin",
    "Connection: close",
    "\r\n",
  ].join("\r\n"),
);

/**
 * Tells those who look on how the server does: at once what was in the last 15 minutes, then each second
 * what is. Who does not read is told the newest when he does.
 */
export class LiveFeed {
  #options: LiveFeedOptions;
  #shown: Shown = "starting";
  #history: LiveSample[] = [];
  #ticks = 0;
  #cancel: (() => void) | undefined;
  #listeners = new Set<Listener>();

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  /** Tells of another server, or of another state of its life. */
  show(shown: Shown): void {
    this.#shown = shown;
    this.#cancel?.();
    this.#cancel = undefined;
    if (typeof shown !== "string") this.#tick();
  }

  /**
   * Answers who wants to listen.
   *
   * @param mayListen asked before each thing that is told; once it says no, there is an end
   * @param rights of who listens, which are told back; default: nobody is asked for a token. Where they are
   * limited to some keys, nothing is told that the keys of others change
   */
  answer(mayListen: () => boolean, rights?: Rights): Answer | Upgrade {
    if (typeof this.#shown === "string") return plain(503, `The server is ${this.#shown}`);
    const { liveListenersMax } = httpLimits;
    if (this.#listeners.size >= liveListenersMax) {
      return plain(503, `There are ${liveListenersMax} who listen, and allowed are no more`);
    }
    return { handshake: head, serve: (stream) => this.#serve(stream, mayListen, rights) };
  }

  /** Tells nothing more. The connections are their port's to end. */
  close(): void {
    this.show("stopping");
  }

  #tick(): void {
    const { liveHistoryMs, liveKeptEveryMs, liveEveryMs } = httpLimits;
    if (this.#ticks++ % (liveKeptEveryMs / liveEveryMs) === 0) {
      this.#history.push(this.#sample()!);
      if (this.#history.length > liveHistoryMs / liveKeptEveryMs) this.#history.shift();
    }
    for (const listener of this.#listeners) listener.tell();
    this.#cancel = this.#options.environment.after(liveEveryMs, () => this.#tick());
  }

  #sample(): LiveSample | undefined {
    if (typeof this.#shown === "string") return undefined;
    const { memoryBytes, oldestPendingMs, remoteBytesReceived } = this.#shown.stats();
    const doors = Object.values(this.#shown.queryFigures());
    return {
      atMs: this.#options.environment.now(),
      queries: doors.flatMap(({ counts }) => Object.values(counts)).reduce((a, b) => a + b),
      memoryBytes,
      lagMs: Math.round(oldestPendingMs),
      receivedBytes: remoteBytesReceived,
    };
  }

  async #moment(): Promise<unknown> {
    const { version, problemsOf } = this.#options;
    const sample = this.#sample();
    const members = await membersOf(this.#shown);
    if (sample === undefined || members === undefined || typeof this.#shown === "string") return;
    const problems = problemsOf({ stats: this.#shown.stats(), members });
    return { sample, members, traffic: this.#shown.traffic(), problems, version };
  }

  /** As a token is told it whose keys are limited. */
  async #limitedMoment(): Promise<unknown> {
    const { version, problemsOf, environment } = this.#options;
    const all = await membersOf(this.#shown);
    if (all === undefined || typeof this.#shown === "string") return;
    const members = limitedMembers(all);
    const problems = problemsOf({ stats: limitedStats({ ...this.#shown.stats() }), members });
    return { sample: { atMs: environment.now() }, members, problems, version };
  }

  async #serve(
    stream: ByteStream,
    mayListen: () => boolean,
    rights: Rights | undefined,
  ): Promise<void> {
    let isFirst = true;
    const listener = new Listener(stream, mayListen, async () => {
      const moment = await (rights?.world === undefined ? this.#moment() : this.#limitedMoment());
      if (moment === undefined || !isFirst) return moment;
      isFirst = false;
      const history = rights?.world === undefined ? this.#history : [];
      return { history, role: rights?.role, prefixes: rights?.prefixes, ...moment };
    });
    this.#listeners.add(listener);
    try {
      await listener.untilEnd();
    } finally {
      this.#listeners.delete(listener);
      stream.close();
    }
  }
}

/** One who listens. */
class Listener {
  #stream: ByteStream;
  #mayListen: () => boolean;
  #moment: () => Promise<unknown>;
  /** Whether he is being told something. */
  #isTelling = false;

  constructor(stream: ByteStream, mayListen: () => boolean, moment: () => Promise<unknown>) {
    this.#stream = stream;
    this.#mayListen = mayListen;
    this.#moment = moment;
    this.tell();
  }

  /** Tells how it is now, unless what was told before is still on its way. */
  async tell(): Promise<void> {
    // Also one who does not read, and so is told nothing.
    if (!this.#mayListen()) return this.#stream.close();
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      const moment = await this.#moment();
      if (moment === undefined) return;
      const event = `data: ${JSON.stringify(moment)}\n\n`;
      await this.#stream.write(new TextEncoder().encode(event));
    } catch {
      // He is gone, which `untilEnd` sees.
    } finally {
      this.#isTelling = false;
    }
  }

  /** Resolves when he has left: he says nothing. */
  async untilEnd(): Promise<void> {
    const nothing = new Uint8Array(64);
    while (await this.#stream.read(nothing).catch(() => null) !== null);
  }
}
