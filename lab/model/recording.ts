import type { TracedEntry, TraceEvent } from "../../simulate/mod.ts";
import { isRoutine } from "./routine.ts";
import { Scene } from "./scene.ts";

/** All that has happened in a run, in order, and the scene of each moment of it. */
export class Recording {
  #events: TraceEvent[] = [];
  /** By what names a version, its number. */
  #numbers = new Map<string, number>();
  #untilMs = 0;
  /** The scene that was asked for last, and how many events are in it. */
  #scene = new Scene();
  #taken = 0;

  /** All events. */
  get events(): readonly TraceEvent[] {
    return this.#events;
  }

  /** The run has come so far: until then nothing will be added. */
  get untilMs(): number {
    return this.#untilMs;
  }

  /** Takes what happened until `untilMs`. */
  add(events: readonly TraceEvent[], untilMs: number): void {
    for (const event of events) {
      this.#events.push(event);
      if (event.type === "wrote") this.numberOf(event.entry);
    }
    this.#untilMs = untilMs;
  }

  /** Forgets all of it, for another run. */
  clear(): void {
    this.#events = [];
    this.#numbers.clear();
    this.#untilMs = this.#taken = 0;
    this.#scene = new Scene();
  }

  /** The number of a version: they count from 0, in the order in which they were written. */
  numberOf({ uid, counter }: TracedEntry): number {
    const dot = `${uid} ${counter}`;
    let number = this.#numbers.get(dot);
    if (number === undefined) this.#numbers.set(dot, number = this.#numbers.size);
    return number;
  }

  /** The scene at a moment, with all that happened in it. Valid until the next one is asked for. */
  sceneAt(atMs: number): Scene {
    const count = this.countUntil(atMs);
    if (count < this.#taken) {
      this.#scene = new Scene();
      this.#taken = 0;
    }
    while (this.#taken < count) this.#scene.apply(this.#events[this.#taken++]);
    return this.#scene;
  }

  /** When the story goes on after a moment, as far as is known; `Infinity`: it is not. */
  nextStoryMs(atMs: number): number {
    for (let i = this.countUntil(atMs); i < this.#events.length; i++) {
      if (!isRoutine(this.#events[i])) return this.#events[i].atMs;
    }
    return Infinity;
  }

  /** How many events there were until a moment, those in it included. */
  countUntil(atMs: number): number {
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle].atMs <= atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** What is known of a message: as it was sent, and what became of it until a moment. */
  message(id: number, atMs: number): ToldMessage | undefined {
    const count = this.countUntil(atMs);
    const ofIt = this.#events.slice(0, count).filter((event) => "id" in event && event.id === id);
    const find = <T extends TraceEvent["type"]>(type: T) =>
      ofIt.find((event): event is Extract<TraceEvent, { type: T }> => event.type === type);
    const sent = find("sent");
    if (sent === undefined) return undefined;
    return {
      sent,
      arrivedMs: find("arrived")?.atMs,
      acknowledgedMs: find("acknowledged")?.atMs,
      lost: find("lost"),
    };
  }
}

/** A message, and what became of it. */
export interface ToldMessage {
  readonly sent: TraceEvent & { readonly type: "sent" };
  readonly arrivedMs?: number;
  /** When its sender knew that it was handled. */
  readonly acknowledgedMs?: number;
  readonly lost?: TraceEvent & { readonly type: "lost" };
}
