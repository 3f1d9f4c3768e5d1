import { SelfPipe } from "./self_pipe.ts";

/** Lets the event loop of a thread come around. */
export interface Yielding {
  /**
   * Runs `fn` after the event loop has polled every socket and due timer once; the function returned
   * cancels it.
   */
  yieldToEvents(fn: () => void): () => void;
  /** Whether that takes microseconds, and not the milliseconds of a timer. Default: it does. */
  isYieldQuick?(): boolean;
  /**
   * Has it be quick as soon as can be, for what that costs, until the function returned is called. Default: that
   * makes no difference.
   */
  keepYielding?(): () => void;
}

/** A way to learn that the event loop has come around. */
export interface LoopProbe {
  /** Resolves when it has. Only one may be under way. Rejects once it is closed, or broken. */
  roundTrip(): Promise<void>;
  /** Ends it. */
  close(): void;
}

/** Somebody who waits for the event loop to come around. */
interface Waiter {
  readonly fn: () => void;
  /** Cancels the timer by which it does; absent while it goes by the probe. */
  cancelTimer: (() => void) | undefined;
}

/**
 * Lets the event loop of a thread come around: every socket is polled, and every timer that is due.
 *
 * By a timer, that takes one or two milliseconds, in which the processor has nothing to do. So while
 * somebody keeps it, there is a quicker way, where the runtime has one: a byte of the thread to itself.
 * Nothing else lets sockets in at all times: microtasks and message channels starve them, and so do
 * `setImmediate` and what other threads answer, unless these are slow.
 */
export class EventLoop {
  #later: (fn: () => void) => () => void;
  #openProbe: () => Promise<LoopProbe>;
  #keepers = 0;
  /** Settles when there is a quicker way, or none; absent while nobody has asked for it. */
  #opening: Promise<void> | undefined;
  #probe: LoopProbe | undefined;
  /** Who waits for the end of the round trip under way. */
  #waiting = new Set<Waiter>();
  #isUnderWay = false;

  /**
   * @param later runs a function by a timer, as soon as one may; the function returned cancels it
   * @param openProbe makes the quicker way; rejects where there is none. Default: for the runtime.
   */
  constructor(
    later: (fn: () => void) => () => void,
    openProbe: () => Promise<LoopProbe> = openSelfPipe,
  ) {
    this.#later = later;
    this.#openProbe = openProbe;
  }

  /** Whether there is a quicker way than a timer. */
  get isQuick(): boolean {
    return this.#probe !== undefined;
  }

  /** Keeps the quicker way, which is opened when it is needed, until the function returned is called. */
  keep(): () => void {
    this.#keepers++;
    return () => {
      if (--this.#keepers === 0) this.#dropProbe();
    };
  }

  /**
   * Runs `fn` when the event loop has come around: since this call, or at the earliest right before it, with
   * others who have asked for the same turn. The function returned cancels it.
   */
  onTurn(fn: () => void): () => void {
    if (this.#keepers > 0) this.#opening ??= this.#open();
    if (this.#probe === undefined) return this.#later(fn);
    const waiter: Waiter = { fn, cancelTimer: undefined };
    const turn = this.#waiting;
    turn.add(waiter);
    if (!this.#isUnderWay) this.#send(this.#probe);
    return () => {
      turn.delete(waiter);
      waiter.cancelTimer?.();
    };
  }

  async #open(): Promise<void> {
    const probe = await this.#openProbe().catch(() => {
      // Perhaps there is room for it later on.
      this.#opening = undefined;
      return undefined;
    });
    // Nobody keeps it any more, or somebody does anew and has another one.
    if (this.#keepers === 0 || this.#probe !== undefined) probe?.close();
    else this.#probe = probe;
  }

  #send(probe: LoopProbe): void {
    this.#isUnderWay = true;
    probe.roundTrip().then(this.#onArrival, () => this.#onEnd(probe));
  }

  #onArrival = (): void => {
    this.#isUnderWay = false;
    const due = this.#waiting;
    this.#waiting = new Set();
    for (const waiter of due) waiter.fn();
  };

  /** It was closed, or is broken: then there are timers still. */
  #onEnd(probe: LoopProbe): void {
    this.#isUnderWay = false;
    if (this.#probe === probe) this.#dropProbe();
    for (const waiter of this.#waiting) waiter.cancelTimer = this.#later(waiter.fn);
    this.#waiting.clear();
  }

  #dropProbe(): void {
    this.#probe?.close();
    this.#probe = this.#opening = undefined;
  }
}

/** @throws {Error} on other runtimes than Deno, and where it is not allowed to connect to itself. */
async function openSelfPipe(): Promise<LoopProbe> {
  const descriptor = { name: "net", host: "127.0.0.1" } as const;
  // Nobody is asked for a permission that nothing but speed needs.
  if (Deno.permissions.querySync(descriptor).state !== "granted") {
    throw new Error("Cannot connect to oneself: that is not allowed");
  }
  return await SelfPipe.open();
}
