import type { Console } from "./console.ts";

/** Marks text for a person; the identity where colours are not wanted. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
}

/** What a user said of colours on the command line. */
export interface ColorChoice {
  /** `false` for `--no-color`. */
  color?: boolean;
}

const plain: Style = {
  bold: (text) => text,
  dim: (text) => text,
  red: (text) => text,
};

const colored: Style = {
  bold: (text) => `\x1b[1m${text}\x1b[22m`,
  dim: (text) => `\x1b[2m${text}\x1b[22m`,
  red: (text) => `\x1b[31m${text}\x1b[39m`,
};

/** The style for what goes to stdout, or to stderr. */
export function styleFor(
  console: Console,
  stream: "stdout" | "stderr",
  { color }: ColorChoice,
): Style {
  return hasColor(console, stream, { color }) ? colored : plain;
}

/**
 * Whether a stream is to have colours. The first of these that applies decides: `--no-color` says no;
 * `NO_COLOR` says no; `FORCE_COLOR` says yes, or with `0` or `false` no; a dumb terminal has none; a
 * terminal has them, and a pipe has none.
 *
 * @see {@link https://no-color.org} and {@link https://force-color.org}
 */
export function hasColor(
  console: Console,
  stream: "stdout" | "stderr",
  { color }: ColorChoice,
): boolean {
  if (color === false || console.env("NO_COLOR")) return false;
  const force = console.env("FORCE_COLOR");
  if (force) return force !== "0" && force !== "false";
  if (console.env("TERM") === "dumb") return false;
  return stream === "stdout" ? console.stdoutIsTerminal : console.stderrIsTerminal;
}
