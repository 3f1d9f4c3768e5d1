/**
 * The lines of someone who plays or watches: how they are read, and in which manner they are made.
 *
 * @module
 */

import type { Invocation } from "../cli/command_spec.ts";
import { type Manner, type TypingHelper, unreadableLine } from "../game/mod.ts";
import { usesScreenReader } from "./screen_reader.ts";
import { StateDirectory } from "../cli/state_directory.ts";
import { hasColor } from "../cli/style.ts";
import { HistoryFile, type LineEditor, openLineEditor } from "../terminal/mod.ts";

/** An open line editor, and for whom. */
export interface PlayerLines {
  readonly editor: LineEditor;
  readonly manner: Manner;
  /** Whether a person sits there, rather than a pipe. */
  readonly isTerminal: boolean;
  /** From now on `helper` helps with typing. */
  readonly helpWith: (helper: TypingHelper) => void;
}

/** What ends the game. */
export interface Stopping {
  readonly signal: AbortSignal;
  stop(by: "SIGINT"): void;
}

/**
 * Opens the lines of the invocation's console, having found out first whether they are read aloud.
 * They end when `stopping` says so; Ctrl-C stops that when nothing has been typed.
 *
 * @returns `undefined` when the input ends before that is known.
 */
export async function openPlayerLines(
  invocation: Invocation,
  stopping: Stopping,
): Promise<PlayerLines | undefined> {
  const { console, options } = invocation;
  const isTerminal = console.stdinIsTerminal && console.stdoutIsTerminal;
  const directory = new StateDirectory(console);
  const open = async (editorOptions: Parameters<typeof openLineEditor>[1]) => {
    const onInterrupt = (wasTyping: boolean) => wasTyping || stopping.stop("SIGINT");
    const onUnreadable = () => editor.print(`${unreadableLine}\n`);
    const editor: LineEditor = await openLineEditor(console, {
      ...editorOptions,
      onInterrupt,
      onUnreadable,
    });
    stopping.signal.addEventListener("abort", () => editor.close());
    return editor;
  };
  // Until it is known who reads, nothing is drawn.
  const plain = await open({ plain: true });
  const spoken = await usesScreenReader(invocation, directory, (text) => plain.readLine(text));
  const isDrawn = !spoken && console.terminal !== undefined && console.env("TERM") !== "dumb";
  if (spoken !== undefined && !isDrawn) {
    const manner = spoken ? "spoken" : "plain";
    return { editor: plain, manner, isTerminal, helpWith: () => {} };
  }
  plain.close();
  if (spoken === undefined) return undefined;
  let helper: TypingHelper | undefined;
  const editor = await open({
    history: options.history === false ? undefined : new HistoryFile(directory, "play_history"),
    // Without colours a hint would look like what was typed.
    hint: hasColor(console, "stdout", options) ? (typed) => helper?.hint(typed) ?? "" : undefined,
    complete: (typed) =>
      helper?.complete(typed) ?? Promise.resolve({ replaces: "", candidates: [] }),
  });
  return { editor, manner: "drawn", isTerminal, helpWith: (next) => helper = next };
}
