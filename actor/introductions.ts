import { Backoff, type Environment } from "../rpc/mod.ts";
import { type GreetedStream, RefusedError, WrongIncarnationError } from "./greeting.ts";
import { type SystemId, systemKey } from "./system_id.ts";

/** Options of `Introductions`. */
export interface IntroductionsOptions {
  environment: Environment;
  /** Dials a system and greets it, once. */
  greet(id: SystemId, signal: AbortSignal): Promise<GreetedStream>;
  /** Takes the connection to a system that was greeted. */
  greeted(id: SystemId, connection: GreetedStream): void;
}

/** Called, once, with whether a system was greeted. */
export type MetListener = (isMet: boolean) => void;

/** How a system came to be named. */
export interface MeetOptions {
  /** Whether the system connected itself: it does not wait behind systems that others named. */
  isCaller: boolean;
}

/** A system that was named, and that was not greeted yet. */
interface Introduction {
  readonly id: SystemId;
  readonly isCaller: boolean;
  /** Called with whether the system was greeted. */
  readonly listeners: MetListener[];
  readonly backoff: Backoff;
  /** When the introduction is given up; set by its first dial. */
  endMs: number;
}

/**
 * Greets systems that others name, each at its address, to find out whether they are there. Names of
 * systems that are not there cost little: few are dialed at a time, all together so often a second, and
 * each for a minute.
 */
export class Introductions {
  #options: IntroductionsOptions;
  /** By `systemKey`: the introductions that have not settled. */
  #open = new Map<string, Introduction>();
  /** Introductions whose dial is due, in the order of their turns. */
  #callers: Introduction[] = [];
  #named: Introduction[] = [];
  #dialing = 0;
  /** When the next dial may begin. */
  #nextDialMs = -Infinity;
  #cancelTurn: (() => void) | undefined;
  #cancelPauses = new Set<() => void>();
  #ending = new AbortController();

  constructor(options: IntroductionsOptions) {
    this.#options = options;
  }

  /** Number of introductions that have not settled. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Greets a system.
   *
   * @param listener called with whether the system was greeted: `false` when its address answers as
   * another incarnation, when nobody answers within a minute, and at once when too many wait for that
   */
  meet(id: SystemId, { isCaller }: MeetOptions, listener: MetListener): void {
    const known = this.#open.get(systemKey(id));
    if (known !== undefined) return void known.listeners.push(listener);
    const { limits } = this.#options.environment;
    if (this.#ending.signal.aborted || this.#open.size >= limits.introductionsMax) {
      return listener(false);
    }
    const introduction: Introduction = {
      id,
      isCaller,
      listeners: [listener],
      backoff: new Backoff({
        minMs: limits.reconnectMinMs,
        maxMs: limits.introductionPauseMaxMs,
        fraction: () => this.#options.environment.fraction(),
      }),
      endMs: Infinity,
    };
    this.#open.set(systemKey(id), introduction);
    this.#enqueue(introduction);
  }

  /** Ends all introductions: their systems count as not greeted. */
  close(): void {
    this.#ending.abort();
    this.#cancelTurn?.();
    for (const cancel of this.#cancelPauses) cancel();
    for (const introduction of [...this.#open.values()]) this.#settle(introduction, false);
  }

  #settle({ id, listeners }: Introduction, isMet: boolean): void {
    if (!this.#open.delete(systemKey(id))) return;
    for (const listener of listeners) listener(isMet);
  }

  #enqueue(introduction: Introduction): void {
    (introduction.isCaller ? this.#callers : this.#named).push(introduction);
    this.#next();
  }

  /** Dials the systems whose turn it is. */
  #next(): void {
    const { environment } = this.#options;
    const { introductionsAtOnce, introductionsPerSecond } = environment.limits;
    while (this.#dialing < introductionsAtOnce && this.#callers.length + this.#named.length > 0) {
      const nowMs = environment.monotonicMs();
      if (nowMs < this.#nextDialMs) {
        this.#cancelTurn ??= environment.after(Math.ceil(this.#nextDialMs - nowMs), () => {
          this.#cancelTurn = undefined;
          this.#next();
        });
        return;
      }
      this.#nextDialMs = Math.max(nowMs, this.#nextDialMs) + 1000 / introductionsPerSecond;
      this.#dial(this.#callers.shift() ?? this.#named.shift()!, nowMs);
    }
  }

  #dial(introduction: Introduction, nowMs: number): void {
    const { greet, greeted, environment } = this.#options;
    const { id } = introduction;
    introduction.endMs = Math.min(introduction.endMs, nowMs + environment.limits.introductionMs);
    this.#dialing++;
    greet(id, this.#ending.signal).then((connection) => {
      greeted(id, connection);
      this.#settle(introduction, true);
    }).catch((error) => {
      const isSettled = error instanceof WrongIncarnationError || error instanceof RefusedError;
      if (isSettled || this.#ending.signal.aborted) this.#settle(introduction, false);
      else this.#dialLater(introduction);
    }).finally(() => {
      this.#dialing--;
      if (!this.#ending.signal.aborted) this.#next();
    });
  }

  #dialLater(introduction: Introduction): void {
    const { environment } = this.#options;
    const pauseMs = introduction.backoff.nextMs();
    if (environment.monotonicMs() + pauseMs > introduction.endMs) {
      return this.#settle(introduction, false);
    }
    const cancel = environment.after(pauseMs, () => {
      this.#cancelPauses.delete(cancel);
      this.#enqueue(introduction);
    });
    this.#cancelPauses.add(cancel);
  }
}
