/**
 * Talking with one player: lines in, sentences out, pauses between the sentences of a story.
 *
 * @module
 */

import { escapeControl } from "../escape.ts";
import { storyPauseMs } from "./bounds.ts";

/** What a line is, for a terminal that shows such things differently. */
export type Tone = "plain" | "story" | "trouble" | "prompt";

/** Ends after `ms`, or at once when `signal` is aborted; it never rejects. */
export type Pause = (ms: number, signal?: AbortSignal) => Promise<void>;

/** How a conversation reaches the player. */
export interface ConversationOptions {
  readonly input: AsyncIterable<string>;
  readonly output: (text: string) => void;
  /** Only a terminal gets prompts and the pauses of a story. */
  readonly isTerminal: boolean;
  /** No pauses at all. */
  readonly fast: boolean;
  readonly pause: Pause;
  /** Decorates a line; by default not at all. */
  readonly paint?: (tone: Tone, line: string) => string;
}

/** One line at a time in both directions. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #lines: AsyncIterator<string>;
  /** A line that was asked for and not used yet. */
  #nextLine: Promise<string | undefined> | undefined;
  #ended = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#lines = options.input[Symbol.asyncIterator]();
  }

  /** Whether nothing in the game takes time. */
  get fast(): boolean {
    return this.#options.fast;
  }

  /** Says each of `lines`, control characters made visible. */
  say(lines: string | readonly string[], tone: Tone = "plain"): void {
    for (const line of [lines].flat()) this.#options.output(this.#show(tone, line) + "\n");
  }

  /** Says `lines` with a pause after each but the last, which Enter skips. */
  async tell(lines: readonly string[]): Promise<void> {
    for (const [index, line] of lines.entries()) {
      this.say(line, "story");
      const last = index === lines.length - 1;
      if (this.#options.isTerminal && !this.fast && !last) await this.#pauseOrEnter();
    }
  }

  /** The next line of input, or nothing at its end. */
  async ask(prompt: string): Promise<string | undefined> {
    if (this.#options.isTerminal) this.#options.output(this.#show("prompt", prompt) + " ");
    const line = await this.#peek();
    this.#nextLine = undefined;
    if (line === undefined && this.#options.isTerminal) this.#options.output("\n");
    return line;
  }

  /** Whether the input of a terminal has ended, as far as a pause has noticed. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Lets `ms` pass, or less if the player at a terminal ends the input. */
  async wait(ms: number): Promise<void> {
    const { isTerminal, pause } = this.#options;
    if (ms === 0) return;
    if (!isTerminal) return await pause(ms);
    const calledOff = new AbortController();
    this.#peek().then((line) => {
      if (line !== undefined) return;
      this.#ended = true;
      calledOff.abort();
    });
    await pause(ms, calledOff.signal);
  }

  /** What `answer` comes to, or nothing when it takes longer than `ms`. */
  async within<T>(ms: number, answer: Promise<T>): Promise<T | undefined> {
    const calledOff = new AbortController();
    const late = this.#options.pause(ms, calledOff.signal).then(() => undefined);
    return await Promise.race([answer, late]).finally(() => calledOff.abort());
  }

  /** Ends with the pause or with the next line, whichever is first; a line that is not empty is kept. */
  async #pauseOrEnter(): Promise<void> {
    const skip = new AbortController();
    const line = this.#peek().then((line) => {
      if (line === "") this.#nextLine = undefined;
      skip.abort();
    });
    await Promise.race([this.#options.pause(storyPauseMs, skip.signal), line]);
  }

  #peek(): Promise<string | undefined> {
    return this.#nextLine ??= this.#lines.next().then(({ done, value }) =>
      done ? undefined : value
    );
  }

  #show(tone: Tone, line: string): string {
    const shown = escapeControl(line);
    return this.#options.paint?.(tone, shown) ?? shown;
  }
}
