import type { Limits } from "../limits.ts";
import type { Yielding } from "./event_loop.ts";

/** What the slices of a thread need of the world outside. */
export interface SliceEnvironment extends Yielding {
  /** How long a slice is, and how much is little. */
  readonly limits: Pick<
    Limits,
    "connectionSliceMs" | "heavySliceMs" | "heavyBytesMax" | "lightBytesMax"
  >;
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
   * @param isContinued whether it is the rest of something, whose memory others could have. Default: no.
   * @returns what resolves when it has its turn, or is closed; `undefined` when its turn is now
   */
  begin(bytes: number, isContinued?: boolean): Promise<void> | undefined;
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
 * Who wanted little in a slice goes on first, all of them, who wanted least before the others; then those
 * who wanted much, one after the other, in the order in which they came: a server and a client in turn, so
 * that no crowd of clients keeps what servers send each other waiting, nor the other way around. Only so
 * much of it is under way at once in a slice, because what is under way stands before all that is asked for
 * then.
 *
 * Nobody says when the event loop comes around by itself. A mark finds out: a timer that is set once a
 * slice, at its begin. While it waits, the event loop has not come around since, or only just. As soon as
 * anyone waits for the mark, it is a turn of the event loop that is asked for, which is quicker than a timer.
 */
export class TimeSlices {
  #environment: SliceEnvironment;
  /** Counts how often the event loop came around with a mark. */
  #round = 0;
  #beginMs = -Infinity;
  /** Takes the mark away that waits for the event loop, if there is one. */
  #cancelMark: (() => void) | undefined;
  /** Whether the mark is a turn that was asked for. */
  #isAwaited = false;
  /** How many take part. */
  #flows = 0;
  /** Lets the turns of the event loop be slow again; absent while nobody takes part. */
  #stopYielding: (() => void) | undefined;
  /** Counts those who wanted little. */
  #begun = 0;
  /** What those who wait go on with: who wanted little, and how much that was; and who wanted much. */
  #light = new Map<() => void, number>();
  #heavy = new HeavyQueue();
  /** Bytes that those wanted who want much, have had their turn in this round, and are not done. */
  #heavyBytes = 0;

  /** Makes those of a thread. */
  constructor(environment: SliceEnvironment) {
    this.#environment = environment;
  }

  /**
   * Makes one who takes part: a connection.
   *
   * @param isPeer whether a server is at its other end. Default: none is.
   */
  flow(isPeer = () => false): Flow {
    let round = -1;
    /** What it has wanted in this round. */
    let bytes = 0;
    /** What is under way of it: it wanted much. */
    let heavyBytes = 0;
    let isClosed = false;
    /** What the queue has of it while it waits, and what ends the wait. */
    let goOn = () => {};
    let resume = () => {};
    const { lightBytesMax } = this.#environment.limits;
    const wait = (add: (goOn: () => void) => void, begin = () => {}) => {
      this.#awaitMark();
      return new Promise<void>((resolve) => {
        resume = resolve;
        goOn = () => (begin(), resolve());
        add(goOn);
      });
    };
    const beginHeavy = (count: number) => {
      round = this.#round;
      heavyBytes = count;
      this.#heavyBytes += count;
    };
    if (this.#flows++ === 0) this.#stopYielding = this.#environment.keepYielding?.();
    return {
      begin: (count, isContinued = false) => {
        if (isClosed) return;
        if (round !== this.#round) bytes = 0;
        round = this.#round;
        bytes += count;
        if (bytes <= lightBytesMax) {
          if (!this.#isOverAtLook()) return;
          return wait((goOn) => this.#light.set(goOn, bytes));
        }
        if (this.#heavy.size > 0 || !this.#hasTurn(count)) {
          const queue = this.#heavy.of(isPeer(), isContinued);
          return wait((goOn) => queue.add(goOn), () => beginHeavy(count));
        }
        beginHeavy(count);
      },
      end: () => {
        // What was under way when the event loop came around does not count any more.
        if (round === this.#round) this.#heavyBytes -= heavyBytes;
        heavyBytes = 0;
        if (this.#heavy.size > 0 && this.#hasTurn(0)) this.#heavy.next();
      },
      close: () => {
        if (isClosed) return;
        isClosed = true;
        this.#light.delete(goOn);
        this.#heavy.delete(goOn);
        resume();
        if (--this.#flows === 0) this.#end();
      },
    };
  }

  /** Whether one who wants much, so many bytes, may go on. */
  #hasTurn(bytes: number): boolean {
    const isFull = this.#heavyBytes > 0 &&
      this.#heavyBytes + bytes > this.#environment.limits.heavyBytesMax;
    return !isFull && !this.#isOver(this.#heavySliceMs);
  }

  /** A shorter one would not be worth the time that a timer takes. */
  get #heavySliceMs(): number {
    const { isYieldQuick, limits } = this.#environment;
    return isYieldQuick?.() === false ? limits.connectionSliceMs : limits.heavySliceMs;
  }

  /** As `isOver`, but reads the clock only now and then: beside something little, that takes a while. */
  #isOverAtLook(): boolean {
    if (this.#light.size === 0 && ++this.#begun % lightOnesPerLook !== 0) return false;
    return this.#isOver(this.#environment.limits.connectionSliceMs);
  }

  /** Whether the event loop has not come around for so long. */
  #isOver(sliceMs: number): boolean {
    const nowMs = this.#environment.monotonicMs();
    if (nowMs < this.#beginMs + sliceMs) return false;
    if (this.#cancelMark !== undefined) return true;
    this.#begin(nowMs);
    return false;
  }

  #begin(nowMs: number): void {
    this.#beginMs = nowMs;
    this.#cancelMark = this.#environment.after(0, this.#onMark);
  }

  #awaitMark(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    this.#cancelMark?.();
    this.#cancelMark = this.#environment.yieldToEvents(this.#onMark);
  }

  #onMark = (): void => {
    this.#cancelMark = undefined;
    this.#isAwaited = false;
    this.#round++;
    this.#heavyBytes = 0;
    if (this.#light.size + this.#heavy.size === 0) return;
    this.#begin(this.#environment.monotonicMs());
    const light = [...this.#light].sort(([, a], [, b]) => a - b);
    this.#light.clear();
    for (const [goOn] of light) goOn();
    this.#heavy.next();
    if (this.#heavy.size > 0) this.#awaitMark();
  };

  #end(): void {
    this.#cancelMark?.();
    this.#cancelMark = undefined;
    this.#isAwaited = false;
    this.#beginMs = -Infinity;
    this.#stopYielding?.();
  }
}

/** The clock is read once for so many who want little. */
const lightOnesPerLook = 8;

/** Those who want much and wait, servers and clients apart, and of these those that are in the midst of it. */
class HeavyQueue {
  #peers = new Set<() => void>();
  #clients = new Set<() => void>();
  #continued = new Set<() => void>();
  /** Whether the next turn is that of a server, if one waits. */
  #isPeersTurn = true;

  get size(): number {
    return this.#peers.size + this.#clients.size + this.#continued.size;
  }

  /** Where one of them waits. */
  of(isPeer: boolean, isContinued: boolean): Set<() => void> {
    if (isPeer) return this.#peers;
    return isContinued ? this.#continued : this.#clients;
  }

  /** Has the next one go on, if any waits. */
  next(): void {
    const clients = this.#continued.size > 0 ? this.#continued : this.#clients;
    const isPeersTurn = clients.size === 0 || (this.#isPeersTurn && this.#peers.size > 0);
    const [goOn] = isPeersTurn ? this.#peers : clients;
    if (goOn === undefined) return;
    this.#isPeersTurn = !isPeersTurn;
    this.delete(goOn);
    goOn();
  }

  delete(goOn: () => void): void {
    for (const queue of [this.#peers, this.#clients, this.#continued]) queue.delete(goOn);
  }
}
