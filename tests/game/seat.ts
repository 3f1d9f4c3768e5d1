/**
 * A seat in a world that several players share: one of them types, and sees what is news whenever the
 * test says so.
 *
 * @module
 */

import { offlineMs, pollIntervalMs } from "../../app/game/world/bounds.ts";
import { type GameOptions, type Lines, type Manner, playGame } from "../../app/game/mod.ts";
import { pause } from "../../app/cli/pause.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { type MemoryStore, seededDice } from "./stage.ts";

/** What can be different about a seat. */
export interface SeatOptions extends Partial<Omit<GameOptions, "lines" | "store">> {
  /** The wall clock: milliseconds since the epoch. */
  readonly now: () => number;
  readonly manner?: Manner;
}

/** Somebody at a terminal. */
export class Seat {
  /** All that was written, prompts aside. */
  said = "";
  /** The prompt in front of the line being typed. */
  prompt = "";
  /** What `playGame` returned. */
  readonly left: Promise<number>;
  #asked = Promise.withResolvers<void>();
  #answer: ((line: string | undefined) => void) | undefined;
  #looked = Promise.withResolvers<void>();
  #lookAgain: (() => void) | undefined;
  #late = () => {};
  #heardUntil = 0;

  private constructor(store: MemoryStore, name: string, { now, ...options }: SeatOptions) {
    const lines: Lines = {
      readLine: (prompt) => {
        this.prompt = prompt;
        this.#asked.resolve();
        return new Promise((resolve) => this.#answer = resolve);
      },
      setPrompt: (prompt) => void (this.prompt = prompt),
      print: (lines) => void (this.said += lines),
    };
    const sessions = new Prng(name.charCodeAt(0));
    this.left = playGame({
      store,
      name,
      lines,
      isTerminal: true,
      manner: "drawn",
      fast: true,
      dice: seededDice(1),
      environment: { now, monotonicMs: now, hex64: () => sessions.hex64() },
      pause: (ms, signal) => {
        if (ms === pollIntervalMs) return this.#untilLook(signal);
        return ms === offlineMs ? this.#untilLate(signal) : pause(0, signal);
      },
      ...options,
    });
  }

  /** Takes it; resolves when the player may type. */
  static async take(store: MemoryStore, name: string, options: SeatOptions): Promise<Seat> {
    const seat = new Seat(store, name, options);
    await seat.#asked.promise;
    await seat.lookAround();
    return seat;
  }

  /** Types a line, and returns what is said to it, and meanwhile. */
  async type(line: string): Promise<string> {
    this.heard();
    this.#asked = Promise.withResolvers();
    this.#answer!(line);
    await Promise.race([this.#asked.promise, this.left]);
    return this.heard();
  }

  /** What was said since it was asked last. */
  heard(): string {
    const news = this.said.slice(this.#heardUntil);
    this.#heardUntil = this.said.length;
    return news;
  }

  /** Lets the time to the next look around pass, and returns what is said then. */
  async lookAround(): Promise<string> {
    this.heard();
    await this.#looked.promise;
    this.#looked = Promise.withResolvers();
    this.#lookAgain!();
    await this.#looked.promise;
    return this.heard();
  }

  /** Ends the input. */
  async leave(): Promise<void> {
    this.#answer!(undefined);
    await this.left;
  }

  /** Lets the time pass after which a look around that nobody answers is late. */
  beLate(): void {
    this.#late();
  }

  #untilLate(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#late = resolve;
      signal?.addEventListener("abort", () => resolve());
    });
  }

  #untilLook(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    this.#looked.resolve();
    return new Promise((resolve) => {
      this.#lookAgain = resolve;
      signal?.addEventListener("abort", () => resolve());
    });
  }
}
