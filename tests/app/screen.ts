import { loadXTerm } from "../deps.ts";

/** The lines that a terminal shows which gets `text`, those that scrolled away included. */
export async function screenOf(text: string, columns = 80): Promise<string[]> {
  const XTerm = await loadXTerm();
  const xterm = new XTerm({ cols: columns, rows: 24, scrollback: 10_000, allowProposedApi: true });
  await new Promise<void>((resolve) => xterm.write(text, resolve));
  const { active } = xterm.buffer;
  const lines = Array.from(
    { length: active.baseY + active.cursorY + 1 },
    (_, i) => active.getLine(i)!.translateToString(true).trimEnd(),
  );
  xterm.dispose();
  return lines;
}
