import type { KeysHandler, TerminalDevice } from "../../../app/cli/terminal_device.ts";
import { loadXTerm } from "../../deps.ts";

type XTerm = InstanceType<Awaited<ReturnType<typeof loadXTerm>>>;

/** A terminal in memory, that shows what is written to it as a real one does. */
export class FakeTerminal implements TerminalDevice {
  isRaw = false;
  isSuspended = false;
  /** All that was ever written. */
  written = "";
  #xterm: XTerm;
  /** How much of what was written is drawn. */
  #drawn = 0;
  #columns: number;
  #onKeys: KeysHandler | undefined;
  #onResize: (() => void) | undefined;
  #onResume: (() => void) | undefined;

  private constructor(xterm: XTerm, columns: number) {
    this.#xterm = xterm;
    this.#columns = columns;
  }

  /** @param columns its width; 0: the program is not told */
  static async open(columns = 80, rows = 24): Promise<FakeTerminal> {
    const XTerm = await loadXTerm();
    const options = { cols: columns || 80, rows, allowProposedApi: true, convertEol: true };
    return new FakeTerminal(new XTerm(options), columns);
  }

  write(text: string): void {
    this.written += text;
  }

  columns(): number {
    return this.#columns;
  }

  rows(): number {
    return this.#columns === 0 ? 0 : this.#xterm.rows;
  }

  onResize(handler: () => void): () => void {
    this.#onResize = handler;
    return () => this.#onResize = undefined;
  }

  setRaw(raw: boolean): void {
    this.isRaw = raw;
  }

  suspend(): void {
    this.isSuspended = true;
  }

  onResume(handler: () => void): () => void {
    this.#onResume = handler;
    return () => this.#onResume = undefined;
  }

  /** Goes on after it was suspended. */
  resume(): void {
    this.isSuspended = false;
    this.#onResume?.();
  }

  onKeys(handler: KeysHandler): () => void {
    this.#onKeys = handler;
    return () => this.#onKeys = undefined;
  }

  /** Presses keys, all at once: they are read together. */
  press(keys: string | null): Promise<void> | void {
    return this.pressBytes(keys === null ? null : new TextEncoder().encode(keys));
  }

  /** Presses what need not be whole keys. */
  pressBytes(bytes: Uint8Array | null): Promise<void> | void {
    return this.#onKeys?.(bytes);
  }

  /** Presses keys one by one. */
  type(keys: string): void {
    for (const key of keys) this.press(key);
  }

  /** Waits until all is drawn, and changes the width. */
  async resize(columns: number): Promise<void> {
    await this.#draw();
    this.#columns = columns;
    this.#xterm.resize(columns, this.#xterm.rows);
    this.#onResize?.();
  }

  /** All lines so far, those that scrolled away included, and the cursor in the last of them. */
  async screen(): Promise<{ lines: string[]; cursor: { column: number; row: number } }> {
    await this.#draw();
    const { active } = this.#xterm.buffer;
    const lines: string[] = [];
    for (let i = 0; i < active.length; i++) {
      lines.push(active.getLine(i)!.translateToString(true).trimEnd());
    }
    while (lines.at(-1) === "" && lines.length > active.baseY + active.cursorY + 1) lines.pop();
    return { lines, cursor: { column: active.cursorX, row: active.baseY + active.cursorY } };
  }

  close(): void {
    this.#xterm.dispose();
  }

  #draw(): Promise<void> {
    const text = this.written.slice(this.#drawn);
    this.#drawn = this.written.length;
    return new Promise((resolve) => this.#xterm.write(text, resolve));
  }
}
