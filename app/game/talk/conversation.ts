/**
 * Talking with one player: lines in, sentences out, pauses between the sentences of a story.
 *
 * @module
 */

import { appLimits } from "../../../limits.ts";
import { escapeControl } from "../../../rpc/mod.ts";
import {
  heldLinesMax,
  storyPauseMs,
  typedAheadLinesMax,
  typedCharsMax,
  unseenTypingMs,
} from "../world/bounds.ts";
import { wrapped } from "../../cli/wrapped.ts";
import { attemptBar, type Attempting, type Progress, progressOf } from "./progress.ts";
import { type Manner, quote, unpiled } from "./words.ts";

/** What a line is, for a terminal that shows such things differently. */
export type Tone = "plain" | "story" | "news" | "trouble" | "prompt";

/** Ends after `ms`, or at once when `signal` is aborted; it never rejects. */
export type Pause = (ms: number, signal?: AbortSignal) => Promise<void>;

/** Where lines come from and go to: what a conversation needs of a line editor. */
export interface Lines {
  /** Whether a prompt that was shown can be drawn anew. Default: it can. */
  readonly redraws?: boolean;
  /**
   * Whether prompts stand apart from what is written and typed. There, a prompt can be as long as a row, and
   * no bar grows in its place: whoever shows prompts so is told how attempts come on. Default: they do not
   */
  readonly promptsApart?: boolean;
  /** Shows `prompt` and waits for a line, one at a time; `undefined` at the end of input. */
  readLine(prompt: string): Promise<string | undefined>;
  /** Changes the prompt of the line that is waited for. */
  setPrompt(prompt: string): void;
  /** Writes lines, each with its line break, above the line that is waited for. */
  print(lines: string): void;
}

/** What is to be done at once for a line that is typed during a wait, if it need not wait. */
export type Interject = (line: string) => (() => Promise<void>) | undefined;

/** How a conversation reaches the player. */
export interface ConversationOptions {
  readonly lines: Lines;
  /** Only a terminal gets prompts and the pauses of a story. */
  readonly isTerminal: boolean;
  /** How lines are made; by default `plain`. */
  readonly manner?: Manner;
  /** How many characters fit into a row of the terminal; 0 where nobody knows. */
  readonly columns?: () => number;
  /** How many rows the terminal has; 0 where nobody knows. */
  readonly rows?: () => number;
  /** No pauses at all. */
  readonly fast: boolean;
  readonly pause: Pause;
  /** Ends it: nothing is waited for any more. Who aborts it ends the lines too. */
  readonly stop?: AbortSignal;
  /** Told of an attempt that takes its time, and with nothing when it is over. */
  readonly onProgress?: (progress: Progress | undefined) => void;
  /** Decorates a line; by default not at all. */
  readonly paint?: (tone: Tone, line: string) => string;
}

/** One line at a time in both directions. */
export class Conversation {
  /** Resolves when it is stopped. */
  readonly stopped: Promise<undefined>;
  readonly #options: ConversationOptions;
  /** A line that was asked for and not used yet. */
  #nextLine: Promise<string | undefined> | undefined;
  /** Lines that were typed before they were asked for, oldest first. */
  #ahead: string[] = [];
  /** The wait that goes on: what it shows, and what it is told of lines. */
  #waiting:
    | {
      prompt(): string;
      onLine(line: string | undefined): void;
      readonly interject: Interject;
      readonly attempting: Attempting | undefined;
    }
    | undefined;
  #isAsking = false;
  #isNarrating = false;
  #ended = false;
  #hadEnough = false;
  /** News that wait for the end of the line being typed, and how many had no room. */
  #held: string[] = [];
  #dropped = 0;

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { stop } = options;
    this.stopped = new Promise((resolve) => {
      if (stop?.aborted) resolve(undefined);
      stop?.addEventListener("abort", () => resolve(undefined));
    });
  }

  /** How lines are made: may be another one at any time. */
  get manner(): Manner {
    return this.#options.manner ?? "plain";
  }

  /** Whether nothing in the game takes time. */
  get fast(): boolean {
    return this.#options.fast;
  }

  /** Whether somebody sits there, who can be told what happens unasked. */
  get isTerminal(): boolean {
    return this.#options.isTerminal;
  }

  /** Whether what stands in front of the line being typed can change while it stands there. */
  get redraws(): boolean {
    return this.manner === "drawn" && this.#options.lines.redraws !== false;
  }

  /** Whether prompts stand apart from the line being typed. */
  get promptsApart(): boolean {
    return this.#options.lines.promptsApart === true;
  }

  /** How many characters fit into a row; 0 where nobody knows. */
  get columns(): number {
    return this.#options.columns?.() ?? 0;
  }

  /** Whether a picture of so many columns can be shown. */
  draws(columns: number): boolean {
    return this.manner === "drawn" && (this.columns === 0 || columns <= this.columns);
  }

  /** Whether `lines` can be shown so that all can be seen at once, with the prompt below them. */
  fits(lines: readonly string[]): boolean {
    const room = this.manner === "drawn" && this.#options.rows?.() || Infinity;
    return lines.flatMap((line) => this.#rows(line)).length < room;
  }

  /** Says each of `lines`, control characters made visible. */
  say(lines: string | readonly string[], tone: Tone = "plain"): void {
    const shown = [lines].flat().flatMap((line) => this.#rows(line)).map((row) =>
      this.#paint(tone, row) + "\n"
    );
    if (shown.length > 0) this.#options.lines.print(shown.join(""));
  }

  /** Narrates a story: `lines` with a pause after each but the last, which Enter skips. */
  async narrate(lines: readonly string[]): Promise<void> {
    this.#isNarrating = true;
    for (const [index, line] of lines.entries()) {
      if (this.ended) break;
      this.say(line, "story");
      const last = index === lines.length - 1;
      if (this.#options.isTerminal && !this.fast && !last) await this.#pauseOrEnter();
    }
    this.#isNarrating = false;
    this.#sayHeld();
  }

  /**
   * Says what nobody asked for: at once where that leaves alone the line being typed and interrupts no
   * story, else behind it. Of what waits, the newest `heldLinesMax` lines are kept.
   */
  hear(lines: readonly string[]): void {
    const isInTheWay = this.#isNarrating || this.manner !== "drawn" && this.#isAsking;
    if (!isInTheWay) return this.say(lines, "news");
    this.#held.push(...lines);
    this.#dropped += this.#held.splice(0, this.#held.length - heldLinesMax).length;
  }

  /** The next line of input, or nothing at its end. */
  async ask(prompt: string): Promise<string | undefined> {
    const shown = this.#options.isTerminal ? `${this.#show("prompt", prompt)} ` : "";
    let line = this.#ahead.shift();
    if (line === undefined) {
      if (this.#nextLine !== undefined) this.#options.lines.setPrompt(shown);
      this.#isAsking = true;
      line = await this.#peek(shown);
      this.#isAsking = false;
      this.#nextLine = undefined;
    }
    this.#sayHeld();
    return line;
  }

  /** Does `act`; if that takes long, what the player types in the meantime is seen. */
  async during<T>(act: () => Promise<T>): Promise<T> {
    const done = new AbortController();
    if (this.#options.isTerminal) {
      this.#options.pause(unseenTypingMs, done.signal).then(() => this.#readAhead(done.signal));
    }
    return await act().finally(() => done.abort());
  }

  /** Changes the prompt while a line is asked for. */
  setPrompt(prompt: string): void {
    if (this.#isAsking) this.#options.lines.setPrompt(`${this.#show("prompt", prompt)} `);
  }

  /** Whether lines wait that were typed before they were asked for. */
  get hasLinesAhead(): boolean {
    return this.#ahead.length > 0;
  }

  /** Whether it is stopped, or the input has ended as far as anyone has noticed. */
  get ended(): boolean {
    return this.#ended || this.#options.stop?.aborted === true;
  }

  /** Whether the player pressed Enter while the last wait went on: that it be the last. */
  get hadEnough(): boolean {
    return this.#hadEnough;
  }

  /**
   * Lets `ms` pass, or less if the player at a terminal ends the input. If it is `attempting` that takes
   * the time, a bar shows how much has passed, where bars are drawn. Enter does not end it, and what
   * `interject` has to do for a line is done meanwhile.
   *
   * @returns whether all of it has passed.
   */
  async wait(
    ms: number,
    attempting?: Attempting,
    interject: Interject = () => undefined,
  ): Promise<boolean> {
    const { isTerminal, pause, lines, stop, onProgress } = this.#options;
    this.#hadEnough = false;
    if (ms === 0) return true;
    if (!isTerminal) {
      await pause(ms, stop);
      return stop?.aborted !== true;
    }
    const calledOff = new AbortController();
    const over = new AbortController();
    const isDrawn = this.redraws && !this.promptsApart && attempting !== undefined;
    if (attempting !== undefined) onProgress?.(progressOf(attempting, ms));
    const tickMs = isDrawn ? appLimits.progressIntervalMs : ms;
    let passedMs = 0;
    let interjected = Promise.resolve();
    const shown = () =>
      isDrawn ? `${this.#show("prompt", attemptBar(attempting, passedMs / ms))} ` : "";
    this.#waiting = {
      prompt: shown,
      attempting,
      interject: (line) => {
        const act = interject(line);
        return act && (() => interjected = interjected.then(act));
      },
      onLine: (line) => {
        if (line === undefined) calledOff.abort();
        else if (line === "") this.#hadEnough = true;
      },
    };
    this.#readAhead(over.signal);
    let drawn = "";
    for (; passedMs < ms && !calledOff.signal.aborted; passedMs += tickMs) {
      if (isDrawn && shown() !== drawn) lines.setPrompt(drawn = shown());
      await pause(Math.min(tickMs, ms - passedMs), calledOff.signal);
    }
    if (isDrawn) lines.setPrompt("");
    if (attempting !== undefined) onProgress?.(undefined);
    over.abort();
    this.#waiting = undefined;
    await interjected;
    return !calledOff.signal.aborted;
  }

  /**
   * Reads on until `over`, so that what is typed is seen, and keeps the lines until they are asked for.
   * The end of the input is kept too; Enter alone is only told to the wait that goes on.
   */
  async #readAhead(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const next = this.#peek(this.#waiting?.prompt() ?? "");
      const line = await next;
      if (over.aborted) return;
      // Another one that reads ahead was first.
      if (this.#nextLine !== next) continue;
      this.#waiting?.onLine(line);
      if (line === undefined) return;
      this.#nextLine = undefined;
      if (line === "") continue;
      const act = this.#waiting?.interject(line);
      if (act === undefined) this.#keep(line);
      else void act();
    }
  }

  #keep(line: string): void {
    const { what, done, attempts } = this.#waiting?.attempting ?? { done: 0, attempts: 0 };
    // Of what is over in a moment nobody has to be told.
    if (this.#ahead.length === 0 && attempts - done > 1) {
      this.say(`${quote(line)} waits its turn. Enter stops the ${what}.`);
    }
    if (this.#ahead.length < typedAheadLinesMax) this.#ahead.push(line.slice(0, typedCharsMax + 1));
    else this.say(`(${typedAheadLinesMax} lines wait already; this one is dropped.)`, "trouble");
  }

  /** What `answer` comes to, or nothing when it takes longer than `ms`. */
  async within<T>(ms: number, answer: Promise<T>): Promise<T | undefined> {
    const calledOff = new AbortController();
    const late = this.#options.pause(ms, calledOff.signal).then(() => undefined);
    return await Promise.race([answer, late]).finally(() => calledOff.abort());
  }

  /** Ends with the pause or with the next line, whichever is first; a line that is not empty is kept. */
  async #pauseOrEnter(): Promise<void> {
    if (this.#ahead.length > 0) return;
    const skip = new AbortController();
    const line = this.#peek("").then((line) => {
      if (line === "") this.#nextLine = undefined;
      skip.abort();
    });
    await Promise.race([this.#options.pause(storyPauseMs, skip.signal), line]);
  }

  #peek(prompt: string): Promise<string | undefined> {
    return this.#nextLine ??= this.#options.lines.readLine(prompt).then((line) => {
      this.#ended = line === undefined;
      return line;
    });
  }

  #sayHeld(): void {
    const [held, dropped] = [this.#held, this.#dropped];
    [this.#held, this.#dropped] = [[], 0];
    if (dropped > 0) this.say(`(${dropped} lines of news are left out.)`, "news");
    this.say(held, "news");
  }

  /** `line` as it may be shown; where rows are drawn, broken between words. */
  #rows(line: string): string[] {
    const shown = unpiled(escapeControl(line));
    const columns = this.manner === "drawn" && this.#options.columns?.() || Infinity;
    return wrapped(shown, columns);
  }

  #show(tone: Tone, line: string): string {
    return this.#paint(tone, escapeControl(line));
  }

  #paint(tone: Tone, shown: string): string {
    return this.#options.paint?.(tone, shown) ?? shown;
  }
}
