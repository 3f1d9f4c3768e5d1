/**
 * Plays what is typed in a transcript, and gives the transcript of that: the lines that stay on the
 * screen of a terminal.
 *
 * @module
 */

import { offlineMs, pollIntervalMs } from "../../app/game/world/bounds.ts";
import { type Lines, type Manner, playGame } from "../../app/game/mod.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { loadedDice, type MemoryStore } from "./stage.ts";

/** How it is played. */
export interface ReplayOptions {
  readonly manner: Manner;
  /** What the dice show, one after the other. */
  readonly rolls: readonly number[];
  readonly store: MemoryStore;
  readonly now: () => number;
  /** What happens just before a line is typed, by that line; then the player looks around. */
  readonly meanwhile?: Readonly<Record<string, () => Promise<unknown>>>;
}

/** Plays `transcript` again. */
export async function replay(transcript: string, options: ReplayOptions): Promise<string> {
  const typed = [...transcript.matchAll(/^[^\n]*?> ?(.*)$/gm)].map(([, line]) => line);
  const sessions = new Prng(1);
  const terminal = new ReplayedTerminal(typed, options.meanwhile ?? {});
  await playGame({
    lines: terminal,
    store: options.store,
    dice: loadedDice(...options.rolls),
    isTerminal: true,
    manner: options.manner,
    fast: false,
    environment: {
      now: options.now,
      monotonicMs: options.now,
      hex64: () => sessions.hex64(),
    },
    pause: (ms, signal) => {
      if (ms === pollIntervalMs) return terminal.untilLook(signal);
      return ms === offlineMs ? new Promise(() => {}) : Promise.resolve();
    },
  });
  return terminal.screen;
}

class ReplayedTerminal implements Lines {
  screen = "";
  readonly #typed: string[];
  readonly #meanwhile: Readonly<Record<string, () => Promise<unknown>>>;
  #prompt = "";
  #answer: ((line: string | undefined) => void) | undefined;
  #paused = Promise.withResolvers<void>();
  #look = () => {};

  constructor(typed: string[], meanwhile: Readonly<Record<string, () => Promise<unknown>>>) {
    this.#typed = typed;
    this.#meanwhile = meanwhile;
  }

  readLine(prompt: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.setPrompt(prompt);
    });
  }

  setPrompt(prompt: string): void {
    this.#prompt = prompt;
    // Whoever is shown a prompt, and not a bar, types.
    if (this.#answer !== undefined && prompt.endsWith("> ")) this.#type(this.#answer);
  }

  print(lines: string): void {
    this.screen += lines;
  }

  /** A pause that lasts until something has happened, or is called off. */
  untilLook(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#look = resolve;
      signal?.addEventListener("abort", () => resolve());
      this.#paused.resolve();
    });
  }

  async #type(answer: (line: string | undefined) => void): Promise<void> {
    this.#answer = undefined;
    const line = this.#typed.shift();
    const meanwhile = line === undefined ? undefined : this.#meanwhile[line];
    if (meanwhile !== undefined) {
      await meanwhile();
      this.#paused = Promise.withResolvers();
      this.#look();
      await this.#paused.promise;
    }
    if (line !== undefined) this.screen += `${this.#prompt}${line}`.trimEnd() + "\n";
    answer(line);
  }
}
