/**
 * A conversation with the game whose lines a test types, and whose pauses it ends.
 *
 * @module
 */

import { Conversation, type Lines } from "../../app/game/talk/conversation.ts";
import type { Manner } from "../../app/game/talk/words.ts";

/** Input that is typed by the test, line by line; what is said is kept, prompts too. */
export class Keyboard implements Lines {
  readonly said: string[] = [];
  readonly #waiting: ((line: string | undefined) => void)[] = [];

  /** Whether a line is asked for. */
  get isRead(): boolean {
    return this.#waiting.length > 0;
  }

  type(line: string | undefined): void {
    this.#waiting.shift()!(line);
  }

  readLine(prompt: string): Promise<string | undefined> {
    this.setPrompt(prompt);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  setPrompt(prompt: string): void {
    if (prompt !== "") this.said.push(prompt);
  }

  print(lines: string): void {
    this.said.push(lines);
  }
}

/** A conversation whose lines the test types, and whose pauses it ends. */
export function conversation(
  options: {
    isTerminal: boolean;
    fast?: boolean;
    manner?: Manner;
    columns?: () => number;
    stop?: AbortSignal;
  },
) {
  const keyboard = new Keyboard();
  const { said } = keyboard;
  const pauses: { ms: number; end: () => void; signal?: AbortSignal }[] = [];
  const talk = new Conversation({
    lines: keyboard,
    fast: false,
    pause: (ms, signal) => new Promise((end) => pauses.push({ ms, end, signal })),
    ...options,
  });
  return { talk, keyboard, said, pauses };
}

/** Lets everything run that does not wait for a key or a pause. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 20; i++) await undefined;
}
