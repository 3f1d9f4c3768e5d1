import { Backoff, type Environment } from "../rpc/mod.ts";
import { type GreetedStream, RefusedError, WrongIncarnationError } from "./greeting.ts";
import { OpenIntroductions } from "./open_introductions.ts";
import { type Claim, claimKey, type SystemId } from "./system_id.ts";

/** Options of `Introductions`. */
export interface IntroductionsOptions {
  environment: Environment;
  /** Dials a system and greets it, once. */
  greet(id: SystemId | Claim, signal: AbortSignal): Promise<GreetedStream>;
  /** Takes the connection to a system that was greeted. */
  greeted(id: SystemId | Claim, connection: GreetedStream): void;
}

/**
 * What becomes of an introduction: the incarnation that was named has answered; it has not, within a minute, or too
 * many wait for that; or it never will, because its address answers as another incarnation.
 */
export type MeetingOutcome = "met" | "missed" | "another";

/** Called, once, with what became of an introduction, and which incarnation answered in its place, if it said so. */
export type MetListener = (outcome: MeetingOutcome, found?: string) => void;

/** Ends what a listener waits for: it is not called any more. */
export type EndMeeting = () => void;

/** How a system came to be named. */
export interface MeetOptions {
  /** Whether the system connected itself: it does not wait behind systems that others named. */
  isCaller: boolean;
  /** The host that named it, itself perhaps: hosts share the room, and take turns. */
  from: string;
}

/** A system that was named, and that was not greeted yet. */
interface Introduction {
  readonly id: SystemId | Claim;
  readonly isCaller: boolean;
  readonly from: string;
  /** Called with what becomes of it. */
  readonly listeners: Set<MetListener>;
  /** Whether another system named it: however often that is done, one listener waits for it. */
  isNamed: boolean;
  readonly backoff: Backoff;
  /** When the introduction is given up; set by its first dial. */
  endMs: number;
}

/** What one host named. */
interface Share {
  readonly open: OpenIntroductions<Introduction>;
  /** Introductions whose dial is due, in the order of their turns. */
  readonly callers: Introduction[];
  readonly named: Introduction[];
  /** How many are being dialed. */
  dialing: number;
  /** So many may be, about. */
  window: number;
}

/** Of the time that a dial may take, the part past which its failure was late: nobody has refused it. */
const lateShare = 1 / 2;
/** To so much the window becomes when a dial was too late. */
const lateFactor = 3 / 4;

/**
 * Greets systems that others name, each at its address, to find out whether they are there. Names of
 * systems that are not there cost little: few are dialed at a time, all together so often a second, and
 * each for a minute. Names of one address are dialed one after the other, and give way to others when there
 * are too many: whoever has one address that does not answer keeps nobody else waiting. Nor does a host
 * that names many: hosts take turns, and the one that named most gives way.
 */
export class Introductions {
  #options: IntroductionsOptions;
  /** By `claimKey`: the introductions that have not settled. */
  #open = new Map<string, Introduction>();
  /** By host, in the order of their turns. */
  #shares = new Map<string, Share>();
  /** Addresses that are being dialed. */
  #dialing = new Set<string>();
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

  /** Number of those that wait for their turn to be dialed. */
  get waiting(): number {
    let waiting = 0;
    for (const { callers, named } of this.#shares.values()) {
      waiting += callers.length + named.length;
    }
    return waiting;
  }

  /**
   * Greets a system.
   *
   * @param listener called with what became of it; never when others name the system while it was named already
   * @returns what ends the wait; a system that nobody waits for any more is not dialed
   */
  meet(id: SystemId | Claim, { isCaller, from }: MeetOptions, listener: MetListener): EndMeeting {
    const known = this.#open.get(claimKey(id));
    if (known !== undefined) {
      if (!isCaller && known.isNamed) return () => {};
      known.isNamed ||= !isCaller;
      known.listeners.add(listener);
      return () => this.#leave(known, listener);
    }
    const { limits } = this.#options.environment;
    const isFull = () => this.#open.size >= limits.introductionsMax;
    if (isFull()) this.#makeRoom(from);
    if (this.#ending.signal.aborted || isFull()) {
      listener("missed");
      return () => {};
    }
    const introduction: Introduction = {
      id,
      isCaller,
      from,
      listeners: new Set([listener]),
      isNamed: !isCaller,
      backoff: new Backoff({
        minMs: limits.reconnectMinMs,
        maxMs: limits.introductionPauseMaxMs,
        fraction: () => this.#options.environment.fraction(),
      }),
      endMs: Infinity,
    };
    this.#open.set(claimKey(id), introduction);
    this.#shareOf(from).open.add(introduction);
    this.#enqueue(introduction);
    return () => this.#leave(introduction, listener);
  }

  #shareOf(host: string): Share {
    let share = this.#shares.get(host);
    if (share === undefined) {
      const open = new OpenIntroductions<Introduction>();
      const window = this.#options.environment.limits.introductionsPerHostAtOnce;
      this.#shares.set(host, share = { open, callers: [], named: [], dialing: 0, window });
    }
    return share;
  }

  /**
   * Gives up an introduction of the host that named most: of the address that it named most often, the
   * last. When that is `host` itself, and each of its addresses has one, none is given up.
   */
  #makeRoom(host: string): void {
    const own = this.#shares.get(host)?.open;
    let most = own;
    for (const { open } of this.#shares.values()) if (open.size > (most?.size ?? 0)) most = open;
    if (most !== undefined && (most !== own || most.mostOfAddress > 1)) {
      this.#settle(most.lastOfMost!, "missed");
    }
  }

  #leave(introduction: Introduction, listener: MetListener): void {
    introduction.listeners.delete(listener);
    if (introduction.listeners.size === 0) this.#settle(introduction, "missed");
  }

  #isOpen(introduction: Introduction): boolean {
    return this.#open.get(claimKey(introduction.id)) === introduction;
  }

  /** Ends all introductions: their systems count as not greeted. */
  close(): void {
    this.#ending.abort();
    this.#cancelTurn?.();
    for (const cancel of this.#cancelPauses) cancel();
    for (const introduction of [...this.#open.values()]) this.#settle(introduction, "missed");
  }

  #settle(introduction: Introduction, outcome: MeetingOutcome, found?: string): void {
    if (!this.#isOpen(introduction)) return;
    this.#open.delete(claimKey(introduction.id));
    const { open, callers, named } = this.#shareOf(introduction.from);
    open.remove(introduction);
    // Whoever names more and more, each of which gives way, would fill the memory with those that wait.
    const queue = introduction.isCaller ? callers : named;
    const place = queue.lastIndexOf(introduction);
    if (place >= 0) queue.splice(place, 1);
    this.#tidy(introduction.from);
    for (const listener of introduction.listeners) listener(outcome, found);
  }

  /** Forgets a host of which nothing is left. */
  #tidy(host: string): void {
    const share = this.#shares.get(host);
    if (share?.open.size === 0 && share.dialing === 0) this.#shares.delete(host);
  }

  #enqueue(introduction: Introduction): void {
    if (!this.#isOpen(introduction)) return;
    const { callers, named } = this.#shareOf(introduction.from);
    (introduction.isCaller ? callers : named).push(introduction);
    this.#next();
  }

  /** Dials the systems whose turn it is. */
  #next(): void {
    const { environment } = this.#options;
    const { introductionsAtOnce, introductionsPerSecond } = environment.limits;
    while (this.#dialing.size < introductionsAtOnce && this.#isDue) {
      const nowMs = environment.monotonicMs();
      if (nowMs < this.#nextDialMs) {
        this.#cancelTurn ??= environment.after(Math.ceil(this.#nextDialMs - nowMs), () => {
          this.#cancelTurn = undefined;
          this.#next();
        });
        return;
      }
      const introduction = this.#takeNext();
      if (introduction === undefined) return;
      this.#nextDialMs = Math.max(nowMs, this.#nextDialMs) + 1000 / introductionsPerSecond;
      this.#dial(introduction, nowMs);
    }
  }

  get #isDue(): boolean {
    for (const share of this.#shares.values()) {
      if (this.#mayDial(share) && share.callers.length + share.named.length > 0) return true;
    }
    return false;
  }

  /** One host does not have all dials for itself, because each may take seconds. */
  #mayDial({ dialing, window }: Share): boolean {
    return dialing < Math.floor(window);
  }

  /**
   * Fewer systems of a host are dialed at once when one that is there, because it has connected itself, answers too
   * late, and more when they answer. A host that is too slow for so many dials would otherwise be busy with those
   * that were given up, and answer none in time.
   */
  #adapt(share: Share, { isCaller }: Introduction, beganMs: number, isMet: boolean): void {
    const { environment } = this.#options;
    const { dialTimeoutMs, introductionsPerHostAtOnce, introductionsPerHostMin } =
      environment.limits;
    if (isMet) {
      share.window = Math.min(introductionsPerHostAtOnce, share.window + 1 / share.window);
    } else if (isCaller && environment.monotonicMs() - beganMs > lateShare * dialTimeoutMs) {
      share.window = Math.max(introductionsPerHostMin, lateFactor * share.window);
    }
  }

  /** Takes one of the host whose turn it is, which comes behind the others then. */
  #takeNext(): Introduction | undefined {
    for (const [host, share] of this.#shares) {
      if (!this.#mayDial(share)) continue;
      const introduction = this.#takeDue(share.callers) ?? this.#takeDue(share.named);
      if (introduction === undefined) continue;
      this.#shares.delete(host);
      this.#shares.set(host, share);
      return introduction;
    }
  }

  /** Takes the first out whose address is not being dialed. */
  #takeDue(queue: Introduction[]): Introduction | undefined {
    const place = queue.findIndex(({ id }) => !this.#dialing.has(id.address));
    return place < 0 ? undefined : queue.splice(place, 1)[0];
  }

  #dial(introduction: Introduction, nowMs: number): void {
    const { greet, greeted, environment } = this.#options;
    const { id } = introduction;
    introduction.endMs = Math.min(introduction.endMs, nowMs + environment.limits.introductionMs);
    this.#dialing.add(id.address);
    const share = this.#shareOf(introduction.from);
    share.dialing++;
    greet(id, this.#ending.signal).then((connection) => {
      this.#adapt(share, introduction, nowMs, true);
      if (!this.#isOpen(introduction)) return connection.stream.close();
      greeted(id, connection);
      this.#settle(introduction, "met");
    }).catch((error) => {
      this.#adapt(share, introduction, nowMs, false);
      if (!this.#isOpen(introduction)) return;
      const isOver = error instanceof RefusedError || this.#ending.signal.aborted;
      if (error instanceof WrongIncarnationError) {
        this.#settle(introduction, "another", error.found);
      } else if (isOver) this.#settle(introduction, "missed");
      else this.#dialLater(introduction);
    }).finally(() => {
      this.#dialing.delete(id.address);
      share.dialing--;
      this.#tidy(introduction.from);
      if (!this.#ending.signal.aborted) this.#next();
    });
  }

  #dialLater(introduction: Introduction): void {
    const { environment } = this.#options;
    const pauseMs = introduction.backoff.nextMs();
    if (environment.monotonicMs() + pauseMs > introduction.endMs) {
      return this.#settle(introduction, "missed");
    }
    const cancel = environment.after(pauseMs, () => {
      this.#cancelPauses.delete(cancel);
      this.#enqueue(introduction);
    });
    this.#cancelPauses.add(cancel);
  }
}
