import { doorLimits } from "../../../limits.ts";
import type { Lines, TypingHelper } from "../../game/mod.ts";
import type { DoorTerminal } from "./door_terminal.ts";

/**
 * The lines of a player, whose connection may be lost and come back as another one: what was said meanwhile
 * is shown then, and a line that was asked for is asked for again.
 */
export class HeldLines implements Lines {
  /** Called when a prompt is shown, or another one: what the player knows may have changed. */
  onPrompt = () => {};
  #terminal: DoorTerminal | undefined;
  #helper: TypingHelper | undefined;
  #asked: { prompt: string; isSecret: boolean; answer(line: string | undefined): void } | undefined;
  #missed = "";
  /** What was shown, and how often something had been written then: the newest. */
  #shown: { lines: string; at: number }[] = [];
  #shownChars = 0;
  #writtenBefore = 0;
  #hasEnded = false;
  readonly #pace: () => Promise<void>;

  /** @param pace waited for before a line that was typed is used. Default: nothing is */
  constructor(pace: () => Promise<void> = () => Promise.resolve()) {
    this.#pace = pace;
  }

  /** Whether a prompt can be drawn anew, where the player is now. */
  get redraws(): boolean {
    return this.#terminal?.redraws !== false;
  }

  /** Whether prompts stand apart from what is written. */
  get promptsApart(): boolean {
    return this.#terminal?.promptsApart === true;
  }

  /** How often something was written over all connections whose clients count that. */
  get writtenCount(): number {
    return this.#writtenBefore + (this.#terminal?.writtenCount ?? 0);
  }

  /** Whether a connection is there. */
  get isAttached(): boolean {
    return this.#terminal !== undefined;
  }

  readLine(prompt: string): Promise<string | undefined> {
    return this.#ask(prompt, false);
  }

  /** As `readLine`, but nobody sees what is typed. */
  readSecret(prompt: string): Promise<string | undefined> {
    return this.#ask(prompt, true);
  }

  setPrompt(prompt: string): void {
    if (this.#asked !== undefined) this.#asked.prompt = prompt;
    this.#terminal?.setPrompt(prompt);
    this.onPrompt();
  }

  print(lines: string): void {
    if (this.#terminal === undefined) {
      this.#missed = (this.#missed + lines).slice(-doorLimits.missedCharsMax);
    } else {
      this.#terminal.print(lines);
      this.#note(lines);
    }
  }

  /** From now on `helper` helps with typing, over whatever connection. */
  helpWith(helper: TypingHelper): void {
    this.#helper = helper;
    this.#terminal?.helpWith(helper);
  }

  /**
   * Goes on over a connection.
   *
   * @param greet makes what is shown first, told whether anything was missed. Default: nothing is
   * @param heard how much of what was written has arrived: a connection that is lost may have taken more.
   * 0: the client shows nothing of it, and is shown the newest as it was. Default: all has
   */
  attach(
    terminal: DoorTerminal,
    greet: (hasMissed: boolean) => string = () => "",
    heard = this.writtenCount,
  ): void {
    this.#terminal = terminal;
    if (this.#helper !== undefined) terminal.helpWith(this.#helper);
    // Of what is cut off, no half line is shown.
    const isCut = this.#missed.length >= doorLimits.missedCharsMax;
    const held = isCut ? this.#missed.slice(this.#missed.indexOf("\n") + 1) : this.#missed;
    this.#missed = "";
    const unheard = this.#shown.filter(({ at }) => at > heard);
    const [known, missed] = heard === 0 ? [textOf(unheard), held] : ["", textOf(unheard) + held];
    const text = known + greet(missed !== "") + missed;
    if (text !== "") terminal.print(text);
    for (const each of unheard) each.at = this.writtenCount;
    if (held !== "") this.#note(held);
    this.#askThere();
    this.onPrompt();
  }

  /** Leaves a connection that is lost. It is none any more when another one was attached since. */
  detach(terminal: DoorTerminal): void {
    if (this.#terminal !== terminal) return;
    this.#writtenBefore = this.writtenCount;
    this.#terminal = undefined;
  }

  /** Ends the input for good. */
  end(): void {
    this.#hasEnded = true;
    this.#asked?.answer(undefined);
  }

  /** Keeps what was shown, if the client can say that it has not got it. */
  #note(lines: string): void {
    if (this.#terminal?.writtenCount === undefined) return;
    this.#shown.push({ lines, at: this.writtenCount });
    this.#shownChars += lines.length;
    while (this.#shownChars > doorLimits.missedCharsMax) {
      this.#shownChars -= this.#shown.shift()!.lines.length;
    }
  }

  #ask(prompt: string, isSecret: boolean): Promise<string | undefined> {
    if (this.#hasEnded) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const answer = (line: string | undefined) => {
      this.#asked = undefined;
      resolve(line);
    };
    this.#asked = { prompt, isSecret, answer };
    this.#askThere();
    this.onPrompt();
    return promise;
  }

  async #askThere(): Promise<void> {
    const [terminal, asked] = [this.#terminal, this.#asked];
    if (terminal === undefined || asked === undefined) return;
    const line =
      await (asked.isSecret ? terminal.readSecret(asked.prompt) : terminal.readLine(asked.prompt));
    if (line !== undefined) await this.#pace();
    // What a connection says that is left does not count: it ends with its lines.
    if (this.#asked === asked && this.#terminal === terminal) asked.answer(line);
  }
}

function textOf(shown: readonly { readonly lines: string }[]): string {
  return shown.map(({ lines }) => lines).join("");
}
