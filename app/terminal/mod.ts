/**
 * Reading lines from a person, and showing them text meanwhile.
 *
 * ```ts
 * import { openLineEditor } from "./mod.ts";
 *
 * let printed = "";
 * const editor = await openLineEditor({
 *   stdinIsTerminal: false,
 *   stdoutIsTerminal: false,
 *   stderrIsTerminal: false,
 *   env: () => undefined,
 *   out: (text) => void (printed += text),
 *   err: () => {},
 *   async *input() {},
 *   async *lines() {
 *     yield "one";
 *     yield "two";
 *   },
 *   onStopSignal: () => () => {},
 *   exit: () => {},
 * });
 * for (let line; (line = await editor.readLine("> ")) !== undefined;) editor.print(`${line}!\n`);
 * editor.close();
 * // A pipe gets no prompt.
 * if (printed !== "one!\ntwo!\n") throw new Error(printed);
 * ```
 *
 * @module
 */

import type { Console } from "../cli/console.ts";
import { editLines } from "./edited_lines.ts";
import type { LineEditor, LineEditorOptions } from "./line_editor.ts";
import { PlainLines } from "./plain_lines.ts";

export { editLines } from "./edited_lines.ts";
export { HistoryFile } from "./history_file.ts";
export type { Completion, History, LineEditor, LineEditorOptions } from "./line_editor.ts";
export type { TerminalDevice } from "../cli/terminal_device.ts";

/**
 * Opens a line editor for `console`: with history, completion and hints on a terminal; without drawing
 * on a dumb terminal, or with `plain`; without a prompt in a pipe.
 */
export async function openLineEditor(
  console: Console,
  options: LineEditorOptions & { plain?: boolean } = {},
): Promise<LineEditor> {
  const isDumb = console.env("TERM") === "dumb";
  if (console.terminal === undefined || isDumb || options.plain) {
    return new PlainLines(console, options);
  }
  return await editLines(console.terminal, options);
}
