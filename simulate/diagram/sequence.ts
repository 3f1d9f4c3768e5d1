import { isSameWrite, type TracedEntry, type TraceEvent } from "../trace/event.ts";
import { isStory } from "../trace/trace_line.ts";
import {
  bandwidthWords,
  requestWords,
  shown,
  skewWords,
  writesWords,
  writeWords,
} from "../trace/words.ts";

/** What kind of arrow or note it is, from which its look follows. */
export type Tone = "request" | "entries" | "state" | "ack" | "lost" | "inside";

/** Something that travels. */
export interface Arrow {
  readonly type: "arrow";
  readonly from: string;
  readonly to: string;
  readonly text: string;
  tone: Tone;
  readonly atMs: number;
  /** The row where it ends; the same as its own when it takes no time. */
  endRow: number;
}

/** Something that happens at a participant. */
export interface Note {
  readonly type: "note";
  readonly at: string;
  readonly text: string;
  /** Absent: it goes without saying. */
  readonly why?: string;
  /** Whether a server runs from here on, or does not. */
  readonly turns?: "on" | "off";
  readonly tone: "write" | "merge" | "keep" | "remove" | "life" | "disk" | "fault";
  readonly atMs: number;
}

/** Something that is so of the network, or is expected of the cluster. */
export interface Remark {
  readonly type: "remark";
  readonly text: string;
  readonly tone: "cut" | "link" | "met" | "unmet" | "note";
  readonly atMs: number;
}

/** One row of a diagram. */
export type Row = Arrow | Note | Remark;

/** Who exchanges what, in the order of time: what diagrams are drawn from. */
export interface Sequence {
  readonly title: string;
  readonly participants: readonly string[];
  readonly rows: readonly Row[];
}

/** Up to so many participants are drawn; with more, the actors of a server are one. */
const participantsMax = 7;

/** Makes a sequence of what has happened. @param fromMs what came before is left out */
export function sequenceOf(title: string, events: readonly TraceEvent[], fromMs = 0): Sequence {
  const actors = participantsOf(events, (name) => name);
  if (actors.length <= participantsMax) {
    return new SequenceMaker(actors, true).make(title, events, fromMs);
  }
  const servers = participantsOf(events, serverOf);
  return new SequenceMaker(servers, false).make(title, events, fromMs);
}

/** The server of an actor, or the client. */
export function serverOf(name: string): string {
  return name.split(".")[0];
}

function participantsOf(
  events: readonly TraceEvent[],
  nameOf: (actor: string) => string,
): string[] {
  const names = new Set<string>();
  if (events.some(({ type }) => type === "asked")) names.add("client");
  for (const event of events) {
    if (event.type !== "started") continue;
    for (const actor of event.actors) names.add(nameOf(actor));
    names.add(nameOf(`${event.server}.sync`));
    if (event.hasDisk) names.add(nameOf(`${event.server}.disk`));
  }
  return [...names];
}

class SequenceMaker {
  #participants: readonly string[];
  /** Whether each actor is drawn, or each server. */
  #hasActors: boolean;
  #rows: Row[] = [];
  /** By the id of a message, the arrows of it that have not ended. */
  #open = new Map<number, Arrow>();
  #openAcks = new Map<number, Arrow>();

  constructor(participants: readonly string[], hasActors: boolean) {
    this.#participants = participants;
    this.#hasActors = hasActors;
  }

  make(title: string, events: readonly TraceEvent[], fromMs: number): Sequence {
    for (const event of events) if (event.atMs >= fromMs) this.#add(event);
    // What is under way at the end gets nowhere.
    const last = this.#rows.length;
    for (const arrow of [...this.#open.values(), ...this.#openAcks.values()]) arrow.endRow = last;
    return { title, participants: this.#participants, rows: this.#rows };
  }

  #add(event: TraceEvent): void {
    const { atMs } = event;
    switch (event.type) {
      case "started": {
        const joins = event.joins.length === 0 ? "" : `, joins ${event.joins.join(", ")}`;
        const text = `${event.life === 1 ? "starts" : "starts again"}${joins}`;
        return this.#turn(this.#server(event.server), text, "on", atMs);
      }
      case "joins":
        return this.#note(
          this.#server(event.server),
          `joins ${event.others.join(", ")}`,
          "life",
          atMs,
        );
      case "ready":
        return this.#note(this.#server(event.server), "is ready", "life", atMs);
      case "crashed":
      case "stopped":
        return this.#turn(
          this.#server(event.server),
          event.type === "crashed" ? "crashes" : "stops",
          "off",
          atMs,
        );
      case "forgets":
        return this.#note(this.#server(event.server), `forgets ${event.other}`, "life", atMs);
      case "clockSet": {
        const text = `clock ${skewWords(event.skewMs)}`;
        return this.#note(this.#server(event.server), text, "fault", atMs);
      }
      case "cut":
      case "healed":
        return this.#link(event.from, event.to, event.type, atMs);
      case "reconnects":
        return this.#remark(`${event.from} → ${event.to} is dialed anew`, "link", atMs);
      case "delayed":
        return this.#remark(`${event.from} → ${event.to} takes ${event.ms} ms`, "link", atMs);
      case "bandwidth":
        return this.#remark(`links carry ${bandwidthWords(event.bytesPerMs)}`, "link", atMs);
      case "asked":
        this.#arrow("client", event.to, requestWords(event.request), "request", atMs);
        return;
      case "told":
        if (event.entries.length === 0 || !this.#hasActors) return;
        this.#arrow(event.from, event.to, writesWords(event.entries), "inside", atMs);
        return;
      case "sent": {
        if (!isStory(event.kinds)) return;
        const hasEntries = event.entries.length > 0;
        const text = hasEntries ? writesWords(event.entries) : event.text;
        const tone = hasEntries ? "entries" : "state";
        this.#open.set(
          event.id,
          this.#arrow(this.#sync(event.from), this.#sync(event.to), text, tone, atMs),
        );
        return;
      }
      case "arrived":
        return this.#end(this.#open, event.id);
      case "lost": {
        const arrow = this.#open.get(event.id) ?? this.#openAcks.get(event.id);
        if (arrow !== undefined) arrow.tone = "lost";
        this.#end(this.#open, event.id);
        return this.#end(this.#openAcks, event.id);
      }
      case "acknowledges":
        if (!event.kinds.includes("entries")) return;
        this.#openAcks.set(
          event.id,
          this.#arrow(this.#sync(event.to), this.#sync(event.from), "acknowledged", "ack", atMs),
        );
        return;
      case "acknowledged":
        return this.#end(this.#openAcks, event.id);
      case "wrote":
        return this.#write(event.replica, event.entry, "writes", "write", atMs);
      case "merged":
        return this.#write(
          event.replica,
          event.entry,
          "takes",
          "merge",
          atMs,
          event.replaced === undefined ? undefined : event.why,
        );
      case "kept":
        if (isSameWrite(event.entry, event.refused)) return;
        return this.#write(event.replica, event.entry, "keeps", "keep", atMs, event.why);
      case "removed": {
        const [text, why] = {
          collected: [`forgets that ${shown(event.entry.key)} was deleted`, "all have seen it"],
          expired: [`removes ${writeWords(event.entry)}`, "over by all clocks"],
          dropped: [`drops ${writeWords(event.entry)}`, "seen elsewhere, and gone there"],
        }[event.reason];
        return this.#note(this.#replica(event.replica), text, "remove", atMs, why);
      }
      case "hidden":
        return this.#note(
          this.#replica(event.replica),
          `hides ${shown(event.entry.key)}`,
          "remove",
          atMs,
          "over by its clock",
        );
      case "shown":
        return this.#note(
          this.#replica(event.replica),
          `shows ${shown(event.entry.key)} again`,
          "merge",
          atMs,
        );
      case "onDisk":
        return this.#note(
          this.#hasActors ? `${event.server}.disk` : event.server,
          `on disk: ${writesWords(event.entries)}`,
          "disk",
          atMs,
        );
      case "expected":
        return this.#remark(
          event.isMet ? `✓ ${event.text}` : `✗ ${event.text}: ${event.found}`,
          event.isMet ? "met" : "unmet",
          atMs,
        );
      case "noted":
        return this.#remark(event.text, "note", atMs);
      case "linkUp":
      case "linkDown":
        return;
    }
  }

  #write(
    replica: string,
    entry: TracedEntry,
    verb: string,
    tone: Note["tone"],
    atMs: number,
    why?: string,
  ): void {
    this.#note(this.#replica(replica), `${verb} ${writeWords(entry)}`, tone, atMs, why);
  }

  #note(at: string, text: string, tone: Note["tone"], atMs: number, why?: string): void {
    this.#rows.push({ type: "note", at, text, tone, atMs, ...(why === undefined ? {} : { why }) });
  }

  #turn(at: string, text: string, turns: "on" | "off", atMs: number): void {
    this.#rows.push({
      type: "note",
      at,
      text,
      turns,
      tone: turns === "on" ? "life" : "fault",
      atMs,
    });
  }

  /** Both directions of a link, if they change one behind the other, are one remark. */
  #link(from: string, to: string, change: "cut" | "healed", atMs: number): void {
    const tone = change === "cut" ? "cut" : "link";
    const last = this.#rows.at(-1);
    const isOtherWay = last?.type === "remark" && last.atMs === atMs &&
      last.text === `${to} → ${from} is ${change}`;
    if (isOtherWay) this.#rows.pop();
    this.#remark(`${isOtherWay ? `${to} ⇄ ${from}` : `${from} → ${to}`} is ${change}`, tone, atMs);
  }

  #remark(text: string, tone: Remark["tone"], atMs: number): void {
    this.#rows.push({ type: "remark", text, tone, atMs });
  }

  #arrow(from: string, to: string, text: string, tone: Tone, atMs: number): Arrow {
    const names = [from, to].map((name) => name === "client" ? name : this.#replica(name));
    const row = this.#rows.length;
    const arrow: Arrow = {
      type: "arrow",
      from: names[0],
      to: names[1],
      text,
      tone,
      atMs,
      endRow: row,
    };
    this.#rows.push(arrow);
    return arrow;
  }

  /** An arrow ends at the next row. */
  #end(open: Map<number, Arrow>, id: number): void {
    const arrow = open.get(id);
    if (arrow === undefined) return;
    open.delete(id);
    arrow.endRow = Math.max(this.#rows.indexOf(arrow), this.#rows.length - 1) + 0.5;
  }

  #replica(name: string): string {
    return this.#hasActors ? name : serverOf(name);
  }

  #sync(server: string): string {
    return this.#hasActors ? `${server}.sync` : server;
  }

  /** Where it is drawn what happens to a server as a whole. */
  #server(server: string): string {
    return this.#sync(server);
  }
}
