/**
 * What a real terminal adds to a conversation: colours.
 *
 * @module
 */

import type { Tone } from "./conversation.ts";

const colours: Readonly<Record<Tone, string>> = {
  plain: "",
  story: "\x1b[3m",
  news: "\x1b[36m",
  trouble: "\x1b[33m",
  prompt: "\x1b[1m",
};

/** Colours a line in the manner of ANSI terminals. */
export function paint(tone: Tone, line: string): string {
  return colours[tone] === "" || line === "" ? line : `${colours[tone]}${line}\x1b[0m`;
}
