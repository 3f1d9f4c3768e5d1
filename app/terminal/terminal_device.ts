/** A terminal: keys come from it, text goes to it. */
export interface TerminalDevice {
  write(text: string): void;
  /** How many characters a row has; 0 where nobody said. */
  columns(): number;
  /** Calls `handler` when that changes, until the function returned is called. */
  onResize(handler: () => void): () => void;
  /**
   * Whether keys come as they are pressed, and are not shown, and what is pasted is marked; else line
   * by line, as usual.
   */
  setRaw(raw: boolean): void;
  /**
   * Calls `handler` with the bytes of keys, and with `null` at their end, until the function returned
   * is called. No key is read while what it returned is pending.
   */
  onKeys(handler: KeysHandler): () => void;
}

/** What is to be done with keys that were pressed. */
export type KeysHandler = (keys: Uint8Array | null) => Promise<void> | void;

/** Asks the terminal to put marks around what is pasted, and to leave that. */
const marksPastes = "\x1b[?2004h";
const marksNothing = "\x1b[?2004l";

/** The terminal that stdin and stdout are, for a program that uses one at a time. */
export function processTerminal(write: (text: string) => void): TerminalDevice {
  let handler: KeysHandler | undefined;
  let isReading = false;
  const restore = () => write(marksNothing);
  // A read cannot be called off: there is one loop for all handlers, or the first would take a key
  // from the second.
  const read = async () => {
    isReading = true;
    const buffer = new Uint8Array(64 * 1024);
    for (let count: number | null = 0; count !== null;) {
      count = await Deno.stdin.read(buffer).catch(() => null);
      await handler?.(count === null ? null : buffer.slice(0, count));
    }
  };
  return {
    write,
    columns() {
      try {
        return Deno.consoleSize().columns;
      } catch {
        return 0;
      }
    },
    onResize(handler) {
      if (Deno.build.os === "windows") return () => {};
      Deno.addSignalListener("SIGWINCH", handler);
      return () => Deno.removeSignalListener("SIGWINCH", handler);
    },
    setRaw(raw) {
      Deno.stdin.setRaw(raw);
      write(raw ? marksPastes : marksNothing);
      // However the program is ended by itself, the next one finds the terminal as it was.
      if (raw) globalThis.addEventListener("unload", restore);
      else globalThis.removeEventListener("unload", restore);
    },
    onKeys(next) {
      handler = next;
      if (!isReading) read();
      return () => {
        if (handler === next) handler = undefined;
      };
    },
  };
}
