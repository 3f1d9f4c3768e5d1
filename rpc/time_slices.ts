import type { Limits } from "../limits.ts";

/** What the slices of a thread need of the world outside. */
export interface SliceEnvironment {
  /** How long a slice is, and how much is little. */
  readonly limits: Pick<Limits, "connectionSliceMs" | "lightBytesMax">;
  /** Milliseconds since some fixed moment; never goes back. */
  monotonicMs(): number;
  /** Runs `fn` once after `delayMs`; the function returned cancels it. */
  after(delayMs: number, fn: () => void): () => void;
}

/** One who takes part in the slices of a thread: what it has read is handled when it has its turn. */
export interface Flow {
  /**
   * Asks to handle something of so many bytes.
   *
   * @returns what resolves when it has its turn, or is closed; `undefined` when its turn is now
   */
  begin(bytes: number): Promise<void> | undefined;
  /** Says that it is handled: the next one has its turn in the same slice then, if there is time. */
  end(): void;
  /** Says that it takes part no more. May be called again. */
  close(): void;
}

/**
 * Keeps what is read from some connections of a thread from keeping the others waiting. A socket that
 * always has something is read again and again without the event loop ever looking at another one: no
 * other socket, no timer. So what the connections of a thread have read is handled in slices of time:
 * when one is over, the next piece of work waits until the event loop has come around.
 *
 * Who wanted little in a slice goes on first, all of them; then those who wanted much, one after the
 * other, in the order in which they came.
 *
 * Nobody says when the event loop comes around by itself. A mark finds out: a timer that is set once a
 * slice, at its begin. While it waits, the event loop has not come around since, or only just.
 */
export class TimeSlices {
  #environment: SliceEnvironment;
  /** Counts how often the event loop came around with a mark. */
  #round = 0;
  #endMs = -Infinity;
  /** Takes the mark away that waits for the event loop, if there is one. */
  #cancelMark: (() => void) | undefined;
  /** How many take part. */
  #flows = 0;
  /** Counts those who wanted little. */
  #begun = 0;
  /** What those who wait go on with: who wanted little, and who wanted much. */
  #light = new Set<() => void>();
  #heavy = new Set<() => void>();

  /** Makes those of a thread. */
  constructor(environment: SliceEnvironment) {
    this.#environment = environment;
  }

  /** Makes one who takes part: a connection. */
  flow(): Flow {
    let round = -1;
    /** What it has wanted in this round. */
    let bytes = 0;
    let isClosed = false;
    let goOn = () => {};
    const { lightBytesMax } = this.#environment.limits;
    const wait = (queue: Set<() => void>) =>
      new Promise<void>((resolve) => queue.add(goOn = resolve));
    this.#flows++;
    return {
      begin: (count) => {
        if (isClosed) return;
        if (round !== this.#round) bytes = 0;
        round = this.#round;
        bytes += count;
        if (bytes > lightBytesMax) {
          return this.#isOver() || this.#heavy.size > 0 ? wait(this.#heavy) : undefined;
        }
        return this.#isOverAtLook() ? wait(this.#light) : undefined;
      },
      end: () => {
        if (this.#heavy.size > 0 && !this.#isOver()) this.#nextHeavy();
      },
      close: () => {
        if (isClosed) return;
        isClosed = true;
        this.#light.delete(goOn);
        this.#heavy.delete(goOn);
        goOn();
        if (--this.#flows === 0) this.#end();
      },
    };
  }

  /** As `isOver`, but reads the clock only now and then: beside something little, that takes a while. */
  #isOverAtLook(): boolean {
    if (this.#light.size === 0 && ++this.#begun % lightOnesPerLook !== 0) return false;
    return this.#isOver();
  }

  /** Whether the event loop has not come around for the time of a slice. */
  #isOver(): boolean {
    const nowMs = this.#environment.monotonicMs();
    if (nowMs < this.#endMs) return false;
    if (this.#cancelMark !== undefined) return true;
    this.#begin(nowMs);
    return false;
  }

  #begin(nowMs: number): void {
    this.#endMs = nowMs + this.#environment.limits.connectionSliceMs;
    this.#cancelMark = this.#environment.after(0, this.#onMark);
  }

  #onMark = (): void => {
    this.#cancelMark = undefined;
    this.#round++;
    if (this.#light.size + this.#heavy.size === 0) return;
    this.#begin(this.#environment.monotonicMs());
    for (const goOn of this.#light) goOn();
    this.#light.clear();
    this.#nextHeavy();
  };

  #nextHeavy(): void {
    const [goOn] = this.#heavy;
    if (goOn === undefined) return;
    this.#heavy.delete(goOn);
    goOn();
  }

  #end(): void {
    this.#cancelMark?.();
    this.#cancelMark = undefined;
    this.#endMs = -Infinity;
  }
}

/** The clock is read once for so many who want little. */
const lightOnesPerLook = 8;
