import { readWhenReady } from "./standard_streams.ts";
import { catchStopSignals } from "./stop_signals.ts";
import { wrapped } from "./wrapped.ts";

/** A terminal: keys come from it, text goes to it. */
export interface TerminalDevice {
  write(text: string): void;
  /** How many characters a row has; 0 where nobody said. */
  columns(): number;
  /** How many rows there are; 0 where nobody said. */
  rows(): number;
  /** Calls `handler` when that changes, until the function returned is called. */
  onResize(handler: () => void): () => void;
  /**
   * Whether keys come as they are pressed, and are not shown, and what is pasted is marked; else line
   * by line, as usual.
   */
  setRaw(raw: boolean): void;
  /**
   * Stops the program and gives the terminal back to the shell that started it, as Ctrl-Z does where
   * keys are not read one by one.
   */
  suspend(): void;
  /**
   * Calls `handler` when the program goes on after it was stopped, by whomever, and keys come as before;
   * until the function returned is called.
   */
  onResume(handler: () => void): () => void;
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

/** For programs between the shell and this one, as `deno task` is: only the terminal stops them all. */
const onSuspending = "fg goes on. If no shell answers, press Ctrl-Z again.";

/** The terminal that stdin and stdout are, for a program that uses one at a time. */
export function processTerminal(write: (text: string) => void): TerminalDevice {
  let handler: KeysHandler | undefined;
  let isReading = false;
  let isRaw = false;
  let isSuspended = false;
  let onResume: (() => void) | undefined;
  const restore = () => {
    try {
      write(marksNothing);
    } catch {
      // The terminal is gone.
    }
  };
  const becomeRaw = () => {
    setMode(true);
    write(marksPastes);
  };
  // The shell gave the terminal the mode that it had been left in.
  const resume = () => {
    isSuspended = false;
    if (isRaw) becomeRaw();
    onResume?.();
  };
  // A read cannot be called off: there is one loop for all handlers, or the first would take a key
  // from the second.
  const read = async () => {
    isReading = true;
    const buffer = new Uint8Array(64 * 1024);
    for (let count: number | null = 0; count !== null;) {
      count = await readWhenReady(Deno.stdin, buffer).catch(() => null);
      // Nothing stopped the program, and the person goes on: with a line, for keys come by lines now.
      if (isSuspended && count !== null) {
        resume();
        continue;
      }
      await handler?.(count === null ? null : buffer.slice(0, count));
    }
  };
  return {
    write,
    columns: () => sizeOf("columns"),
    rows: () => sizeOf("rows"),
    onResize(handler) {
      if (Deno.build.os === "windows") return () => {};
      Deno.addSignalListener("SIGWINCH", handler);
      return () => Deno.removeSignalListener("SIGWINCH", handler);
    },
    setRaw(raw) {
      isRaw = raw;
      if (raw) {
        becomeRaw();
        // However the program is ended, the next one finds the terminal as it was.
        catchStopSignals();
        globalThis.addEventListener("unload", restore);
      } else {
        globalThis.removeEventListener("unload", restore);
        setMode(false);
        write(marksNothing);
      }
    },
    suspend() {
      if (Deno.build.os === "windows") return;
      isSuspended = true;
      write(marksNothing);
      setMode(false);
      if (mayStop(0)) return;
      const rows = wrapped(onSuspending, sizeOf("columns") || Infinity);
      write(rows.map((row) => `${row}\r\n`).join(""));
      mayStop(Deno.pid);
    },
    onResume(next) {
      if (onResume === undefined) onContinue("add", resume);
      onResume = next;
      return () => {
        if (onResume !== next) return;
        onResume = undefined;
        onContinue("remove", resume);
      };
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

function sizeOf(direction: "columns" | "rows"): number {
  try {
    return Deno.consoleSize()[direction];
  } catch {
    return 0;
  }
}

function setMode(raw: boolean): void {
  try {
    Deno.stdin.setRaw(raw);
  } catch {
    // The terminal is gone: it has no mode, and SIGHUP ends the program.
  }
}

/** Stops a process, or with 0 all that the shell started together. @returns whether that is allowed. */
function mayStop(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGTSTP");
    return true;
  } catch {
    return false;
  }
}

function onContinue(change: "add" | "remove", handler: () => void): void {
  if (Deno.build.os === "windows") return;
  if (change === "add") Deno.addSignalListener("SIGCONT", handler);
  else Deno.removeSignalListener("SIGCONT", handler);
}
