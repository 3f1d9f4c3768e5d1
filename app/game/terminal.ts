/**
 * The terminal, or the pipe, in front of which the player sits: the only part of the game that
 * touches the process.
 *
 * @module
 */

import type { ConversationOptions, Pause, Tone } from "./conversation.ts";
import { readLines } from "./lines.ts";

const colours: Readonly<Record<Tone, string>> = {
  plain: "",
  story: "\x1b[3m",
  trouble: "\x1b[33m",
  prompt: "\x1b[1m",
};

/** Standard input and output; it paints only if both are a terminal and the caller allows it. */
export function openTerminal({ colour }: { colour: boolean }): Omit<ConversationOptions, "fast"> {
  const isTerminal = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  return {
    input: readLines(Deno.stdin.readable),
    output: writeOut,
    isTerminal,
    pause,
    paint: isTerminal && colour ? paint : undefined,
  };
}

/** Colours a line in the manner of ANSI terminals. */
export function paint(tone: Tone, line: string): string {
  return colours[tone] === "" || line === "" ? line : `${colours[tone]}${line}\x1b[0m`;
}

/** Real time. */
export const pause: Pause = (ms, signal) =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
    if (signal?.aborted) done();
  });

function writeOut(text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}
