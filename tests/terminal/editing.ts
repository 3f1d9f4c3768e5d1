import type { LineEditor, LineEditorOptions } from "../../app/terminal/mod.ts";
import { openLineEditor } from "../../app/terminal/mod.ts";
import { assert } from "../deps.ts";
import { FakeConsole } from "../support/app/fake_console.ts";
import { FakeTerminal } from "../support/app/fake_terminal.ts";

/** Calls `use` with an editor on a terminal in memory. */
export async function editing(
  use: (editor: LineEditor, terminal: FakeTerminal) => Promise<void>,
  options: LineEditorOptions = {},
  columns?: number,
): Promise<void> {
  const terminal = await FakeTerminal.open(columns);
  const editor = await openLineEditor(
    Object.assign(new FakeConsole({ terminal: true }), { terminal }),
    options,
  );
  try {
    assert(terminal.isRaw);
    await use(editor, terminal);
  } finally {
    editor.close();
    assert(!terminal.isRaw);
    terminal.close();
  }
}

/** All lines so far, those that scrolled away included. */
export const linesOf = async (terminal: FakeTerminal) => (await terminal.screen()).lines;
