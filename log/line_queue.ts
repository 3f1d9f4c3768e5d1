import { logLimits } from "../limits.ts";
import type { Timers } from "../rpc/mod.ts";

/** Options of a `LineQueue`. */
export interface LineQueueOptions {
  timers: Pick<Timers, "after">;
  /** Writes bytes, or a part of them, without keeping the program waiting. @returns how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** The line that says how many were lost. */
  lostLine(count: number): string;
}

/** Bytes of a line, and how many lines are lost with it: a notice stands for the lines that it counts. */
interface Waiting {
  bytes: Uint8Array;
  lines: number;
}

/**
 * Lines on their way to a stream that may not be read. The program waits for no line: up to
 * `queueBytesMax` of them are queued, a line past that is lost, and when there is room again a notice
 * says how many were lost. One write is under way at a time. A stream without a reader is given up.
 */
export class LineQueue {
  #options: LineQueueOptions;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #lost = 0;
  #isWriting = false;
  #isGone = false;
  /** Called when nothing waits any more. */
  #onDrained: (() => void) | undefined;

  constructor(options: LineQueueOptions) {
    this.#options = options;
  }

  /** Puts a line in the queue, or counts it as lost. @param line without its line break */
  push(line: string): void {
    if (this.#isGone) return;
    if (!this.#isWriting) this.#reportLost();
    const bytes = encoder.encode(`${line}\n`);
    const isFull = this.#waitingBytes + bytes.length > logLimits.queueBytesMax;
    // Behind a lost line none is queued before the notice of the loss, so that the gap is where it says.
    if (this.#lost > 0 || isFull) this.#lost++;
    else this.#add({ bytes, lines: 1 });
  }

  /** Resolves when all lines are written, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    if (!this.#isWriting) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.timers.after(timeoutMs, resolve);
      this.#onDrained = () => {
        cancel();
        resolve();
      };
    });
  }

  #add(line: Waiting): void {
    this.#waiting.push(line);
    this.#waitingBytes += line.bytes.length;
    if (!this.#isWriting) void this.#writeAll();
  }

  #reportLost(): void {
    const lines = this.#lost;
    if (lines === 0) return;
    this.#lost = 0;
    this.#add({ bytes: encoder.encode(`${this.#options.lostLine(lines)}\n`), lines });
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    for (let line = this.#waiting.shift(); line !== undefined; line = this.#waiting.shift()) {
      const isWritten = await this.#write(line.bytes);
      this.#waitingBytes -= line.bytes.length;
      if (!isWritten) this.#lost += line.lines;
      // Not before half of the queue is free: otherwise each line that leaves makes room for one notice.
      else if (this.#waitingBytes <= logLimits.queueBytesMax / 2) this.#reportLost();
    }
    this.#isWriting = false;
    this.#onDrained?.();
  }

  /** @returns whether the stream accepted all bytes. */
  async #write(bytes: Uint8Array): Promise<boolean> {
    for (let rest = bytes; rest.length > 0;) {
      try {
        rest = rest.subarray(await this.#options.write(rest));
      } catch (error) {
        if (!isRefusedForNow(error)) {
          this.#isGone ||= error instanceof Deno.errors.BrokenPipe;
          return false;
        }
        await this.#pause();
      }
    }
    return true;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => void this.#options.timers.after(logLimits.retryMs, resolve));
  }
}

/** A non-blocking stream has no room, or somebody else writes to it just now. */
function isRefusedForNow(error: unknown): boolean {
  return error instanceof Deno.errors.WouldBlock || error instanceof Deno.errors.Busy;
}

const encoder = new TextEncoder();
