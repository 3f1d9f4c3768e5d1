import type { SentKind, TracedEntry, TraceEvent } from "../../simulate/mod.ts";
import { isStory } from "../../simulate/trace/trace_line.ts";

/** A server as it is at a moment. */
export interface ServerState {
  readonly name: string;
  /** `joining`: it has not yet all that it was to take over; `down`: it is not reached. */
  status: "joining" | "up" | "crashed" | "stopped" | "down";
  /** How far its clock is ahead of the true time. */
  skewMs: number;
  /** Names of its replicas. */
  readonly actors: readonly string[];
  readonly hasDisk: boolean;
  /** How often it has started. */
  readonly life: number;
  /** All that is known of it, where it can only be looked at. */
  readonly facts?: readonly (readonly [name: string, value: string])[];
}

/** One direction of the way between two servers. */
export interface LinkState {
  readonly from: string;
  readonly to: string;
  /** Whether the scenario keeps messages from passing. */
  isCut: boolean;
  /** Whether there is a connection. */
  isUp: boolean;
  /** How long a message takes, if the scenario says so of this way. */
  delayMs: number | undefined;
  /** What is written beside it, in place of how long a message takes. */
  label?: string;
}

/** A message between servers, or the word that one was handled, as it travels. */
export interface TravelState {
  /** The message's, also of the word that it was handled. */
  readonly id: number;
  readonly from: string;
  readonly to: string;
  /** What it is; empty when it is an acknowledgement. */
  readonly kinds: readonly SentKind[];
  /** What the message is, be it this or the one that is acknowledged. */
  readonly about: readonly SentKind[];
  readonly entries: readonly TracedEntry[];
  readonly sentMs: number;
  readonly arrivesMs: number;
  /** When it arrived or was lost; absent: it travels. */
  endedMs?: number;
  isLost?: true;
}

/** A message inside a server, which takes no time. */
export interface TellState {
  readonly from: string;
  readonly to: string;
  readonly atMs: number;
  readonly entries: readonly TracedEntry[];
}

/** What has ended is kept so long, to be seen to fade. */
const keptMs = 5_000;

/**
 * The cluster at one moment, as the events until then make it. It goes forward, event by event; an earlier
 * moment is another scene.
 */
export class Scene {
  readonly servers = new Map<string, ServerState>();
  /** By `from to`. */
  readonly links = new Map<string, LinkState>();
  /** What travels between servers, and what ended a short while ago; by the message's id, acknowledgements by its negative. */
  readonly travels = new Map<number, TravelState>();
  /** The last messages inside of servers. */
  tells: TellState[] = [];
  /** By replica, what it holds, by key. */
  readonly replicas = new Map<string, Map<string, TracedEntry>>();
  /** By key: when a replica took another version of it last. */
  readonly changedMs = new Map<string, number>();

  /** Takes the next event into account. */
  apply(event: TraceEvent): void {
    const { atMs } = event;
    switch (event.type) {
      case "started":
        return this.#start(event);
      case "joins":
      case "ready":
        this.servers.get(event.server)!.status = event.type === "ready" ? "up" : "joining";
        return;
      case "crashed":
      case "stopped":
        return this.#end(event.server, event.type);
      case "clockSet":
        this.servers.get(event.server)!.skewMs = event.skewMs;
        return;
      case "cut":
      case "healed":
        this.link(event.from, event.to).isCut = event.type === "cut";
        return;
      case "linkUp":
      case "linkDown":
        this.link(event.from, event.to).isUp = event.type === "linkUp";
        return;
      case "delayed":
        this.link(event.from, event.to).delayMs = event.ms;
        return;
      case "sent":
        this.#forget(atMs);
        this.travels.set(event.id, { ...event, about: event.kinds, sentMs: atMs });
        return;
      case "acknowledges": {
        // It goes back to who sent the message.
        const { id, from: to, to: from, kinds: about, arrivesMs } = event;
        const word = { id, from, to, kinds: [], about, entries: [], sentMs: atMs, arrivesMs };
        this.travels.set(-id, word);
        return;
      }
      case "arrived":
      case "lost":
        return this.#endTravel(event.id, atMs, event.type === "lost");
      case "acknowledged":
        return this.#endTravel(-event.id, atMs, false);
      case "told":
        this.tells.push(event);
        return;
      case "wrote":
      case "merged":
        return this.#hold(event.replica, event.entry, event.entry, atMs);
      case "removed":
        return this.#hold(event.replica, event.entry, undefined, atMs);
    }
  }

  /** One direction of a way, whether anything is known of it or not. */
  link(from: string, to: string): LinkState {
    const name = `${from} ${to}`;
    let link = this.links.get(name);
    if (link === undefined) {
      link = { from, to, isCut: false, isUp: false, delayMs: undefined };
      this.links.set(name, link);
    }
    return link;
  }

  /** The servers that run, in the order in which they first started. */
  get running(): ServerState[] {
    return [...this.servers.values()].filter(isRunning);
  }

  /** All keys of which a replica holds something, tombstones included, in order. */
  get keys(): string[] {
    return [...new Set([...this.replicas.values()].flatMap((held) => [...held.keys()]))].sort();
  }

  /** Whether nothing travels that matters, and nothing has come within `fadeMs`. */
  isQuiet(atMs: number, fadeMs: number): boolean {
    const isSeen = ({ about, endedMs, arrivesMs }: TravelState) =>
      isStory(about) && atMs < (endedMs ?? arrivesMs) + fadeMs;
    const isTold = (tell: TellState) => tell.entries.length > 0 && atMs < tell.atMs + fadeMs;
    return ![...this.travels.values()].some(isSeen) && !this.tells.some(isTold);
  }

  #start(event: TraceEvent & { type: "started" }): void {
    const { server: name, actors, skewMs, hasDisk, joins, life } = event;
    const status = joins.length === 0 ? "up" : "joining";
    this.servers.set(name, { name, status, skewMs, actors, hasDisk, life });
    for (const actor of actors) this.replicas.set(actor, new Map());
  }

  #end(name: string, status: "crashed" | "stopped"): void {
    const server = this.servers.get(name)!;
    server.status = status;
    for (const actor of server.actors) this.replicas.delete(actor);
    for (const link of this.links.values()) {
      if (link.from === name || link.to === name) link.isUp = false;
    }
  }

  #endTravel(id: number, atMs: number, isLost: boolean): void {
    const travel = this.travels.get(id);
    if (travel === undefined) return;
    travel.endedMs = atMs;
    if (isLost) travel.isLost = true;
  }

  #hold(
    replica: string,
    { key }: TracedEntry,
    held: TracedEntry | undefined,
    atMs: number,
  ): void {
    const all = this.replicas.get(replica);
    if (held === undefined) all?.delete(key);
    else all?.set(key, held);
    this.changedMs.set(key, atMs);
  }

  #forget(nowMs: number): void {
    for (const [id, { endedMs, arrivesMs }] of this.travels) {
      // Of an acknowledgement that is lost nobody is told.
      if ((endedMs ?? arrivesMs) < nowMs - keptMs) this.travels.delete(id);
    }
    if (this.tells[0]?.atMs < nowMs - keptMs) {
      this.tells = this.tells.filter(({ atMs }) => atMs >= nowMs - keptMs);
    }
  }
}

/** Whether a server runs. */
export function isRunning({ status }: ServerState): boolean {
  return status === "up" || status === "joining";
}
