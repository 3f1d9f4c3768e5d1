import { doorLimits } from "../../../limits.ts";
import { unreadableLine } from "../../game/mod.ts";
import type { DoorTerminal } from "./door_terminal.ts";
import { LineInput } from "./line_input.ts";
import type { PlayerConnection } from "./player_connection.ts";

/** A client that edits lines itself, and sends each as a whole. */
export class LineTerminal implements DoorTerminal {
  readonly #connection: PlayerConnection;
  readonly #input = new LineInput();
  /** Lines that nobody has asked for yet. */
  readonly #typed: string[] = [];
  #prompt = "";
  #answer: ((line: string | undefined) => void) | undefined;
  #onRoom: (() => void) | undefined;
  #isClosed = false;

  constructor(connection: PlayerConnection) {
    this.#connection = connection;
  }

  /** What was written stays where it is, unless prompts stand beside it. */
  get redraws(): boolean {
    return this.#connection.renewsPrompts;
  }

  get promptsApart(): boolean {
    return this.#connection.renewsPrompts;
  }

  get writtenCount(): number | undefined {
    return this.#connection.writtenCount;
  }

  readLine(prompt: string): Promise<string | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    this.#showPrompt(prompt);
    const line = this.#typed.shift();
    if (this.#typed.length <= doorLimits.typedLinesMax) this.#onRoom?.();
    if (line !== undefined) return Promise.resolve(line);
    return new Promise((resolve) => this.#answer = resolve);
  }

  async readSecret(prompt: string): Promise<string | undefined> {
    this.#connection.hideTyping(true);
    const line = await this.readLine(prompt);
    this.#connection.hideTyping(false);
    // The client showed nothing of it, its end included.
    if (line !== undefined && !this.redraws) this.#connection.write("\n");
    return line;
  }

  setPrompt(prompt: string): void {
    const before = this.#prompt;
    if (this.#answer === undefined) return;
    this.#prompt = prompt;
    if (this.redraws ? prompt !== before : before === "") this.#showPrompt(prompt);
  }

  print(lines: string): void {
    const isBehindPrompt = this.#answer !== undefined && this.#prompt !== "" && !this.redraws;
    this.#connection.write(isBehindPrompt ? `\n${lines}` : lines);
    if (isBehindPrompt) this.#showPrompt(this.#prompt);
  }

  receive(bytes: Uint8Array): Promise<void> | void {
    for (const line of this.#input.push(bytes)) {
      if (line === undefined) this.#refuse();
      else this.#take(line);
    }
    if (this.#isClosed || this.#typed.length <= doorLimits.typedLinesMax) return;
    return new Promise((resolve) => this.#onRoom = resolve);
  }

  helpWith(): void {}

  close(): void {
    this.#isClosed = true;
    this.#onRoom?.();
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(undefined);
  }

  #take(line: string): void {
    const answer = this.#answer;
    this.#answer = undefined;
    if (answer === undefined) this.#typed.push(line);
    else answer(line);
  }

  /** What is no text is not taken for what was meant: the player is asked again. */
  #refuse(): void {
    this.#connection.write(`${unreadableLine}\n`);
    if (this.#answer !== undefined) this.#showPrompt(this.#prompt);
  }

  #showPrompt(prompt: string): void {
    this.#prompt = prompt;
    if (prompt !== "" || this.redraws) this.#connection.showPrompt(prompt);
  }
}
