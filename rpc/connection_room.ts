import { LocalFigure, type SharedFigure } from "./memory_account.ts";

/**
 * What a connection has shown of what it is here for: nothing; something that is still to be proven; or
 * enough. The last ones make way for nobody.
 */
export type Standing = "silent" | "claiming" | "established";

/** A connection that takes a place. */
export interface Occupant {
  /** The host at its other end. */
  readonly host: string;
  /** What it has shown of what it is here for. */
  readonly standing: Standing;
  /** Ends it now, so that another one has its place. */
  makeWay(): void;
}

/** What the threads of a server see of a room that they share. */
export interface RoomFigures {
  /** Connections in it. */
  readonly open: SharedFigure;
  /** Those of them that make way. */
  readonly newcomers: SharedFigure;
}

/** While another thread makes room, its bound is passed by one of so many connections at the most. */
const partOverBound = 8;

/**
 * Room for so many connections. When there is no more, one that is not established makes way for the
 * next: of the host that has most of them, the oldest that is silent, or else the oldest. So a host that
 * opens connections without end ends its own.
 *
 * The threads of a server may share a room. When there is no more, the thread that has most who make way
 * ends one: with its next `relieve`, where another thread has the next connection.
 */
export class ConnectionRoom {
  readonly #max: number;
  #figures: RoomFigures = { open: new LocalFigure(), newcomers: new LocalFigure() };
  /** Those that were not established when they were looked at last: by host, the oldest first. */
  readonly #newcomers = new Map<string, Set<Occupant>>();
  #newcomerCount = 0;

  /** Makes an empty room, of this thread alone until it is shared. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Has other threads see what is in it, and this one what they have in theirs. Once. */
  share(figures: RoomFigures): void {
    figures.open.add(this.#figures.open.total());
    figures.newcomers.add(this.#newcomerCount);
    this.#figures = figures;
  }

  /** Number of connections. */
  get size(): number {
    return this.#figures.open.total();
  }

  /** Number of those that were not established when they were looked at last, on this thread. */
  get newcomers(): number {
    return this.#newcomerCount;
  }

  /** Number of those on all threads. */
  get newcomersOfAll(): number {
    return this.#figures.newcomers.total();
  }

  /** Whether there is room for one more, now or soon. */
  get hasRoom(): boolean {
    const { size } = this;
    if (size < this.#max) return true;
    return this.#isOthersTurn && size < this.#max + Math.ceil(this.#max / partOverBound);
  }

  /** Whether another thread has more who make way. */
  get #isOthersTurn(): boolean {
    return this.#figures.newcomers.greatestElsewhere() > this.#newcomerCount;
  }

  /** Has a connection make way for one of `host`. @returns its host; `undefined` when none does. */
  makeRoom(host?: string): string | undefined {
    for (;;) {
      const most = this.#hostWithMost(host);
      if (most === undefined) return undefined;
      const newcomers = this.#newcomers.get(most)!;
      const { size } = newcomers;
      const occupant = this.#weakest(newcomers);
      // What was established meanwhile is no newcomer: another host may have most of them.
      if (newcomers.size < size) this.#tidy(most);
      else if (occupant !== undefined) {
        occupant.makeWay();
        return most;
      }
    }
  }

  #hostWithMost(host?: string): string | undefined {
    let most: string | undefined;
    let count = 0;
    for (const [it, { size }] of this.#newcomers) {
      const own = it === host ? size + 1 : size;
      if (own > count) [most, count] = [it, own];
    }
    return most;
  }

  /** Adds one, whether there is room or not. */
  add(occupant: Occupant): void {
    this.#figures.open.add(1);
    const { host } = occupant;
    const newcomers = this.#newcomers.get(host);
    if (newcomers === undefined) this.#newcomers.set(host, new Set([occupant]));
    else newcomers.add(occupant);
    this.#count(1);
  }

  /** Removes one that was added. */
  remove(occupant: Occupant): void {
    this.#figures.open.add(-1);
    const newcomers = this.#newcomers.get(occupant.host);
    if (newcomers !== undefined) this.#forget(newcomers, occupant);
    this.#tidy(occupant.host);
  }

  /** Forgets those that are established by now. To be called now and then. */
  review(): void {
    for (const [host, newcomers] of this.#newcomers) {
      for (const occupant of newcomers) {
        if (occupant.standing === "established") this.#forget(newcomers, occupant);
      }
      this.#tidy(host);
    }
  }

  /**
   * Has as many make way as there are too many, if it is for this thread to do that. To be called now
   * and then.
   *
   * @returns the host of the last one; `undefined` when none did.
   */
  relieve(): string | undefined {
    let ended: string | undefined;
    while (this.size > this.#max && this.#newcomerCount > 0 && !this.#isOthersTurn) {
      ended = this.makeRoom() ?? ended;
    }
    return ended;
  }

  /** The oldest that is silent, or else the oldest. Forgets those before it that are established. */
  #weakest(newcomers: Set<Occupant>): Occupant | undefined {
    let oldest: Occupant | undefined;
    for (const occupant of newcomers) {
      const { standing } = occupant;
      if (standing === "silent") return occupant;
      if (standing === "established") this.#forget(newcomers, occupant);
      else oldest ??= occupant;
    }
    return oldest;
  }

  #forget(newcomers: Set<Occupant>, occupant: Occupant): void {
    if (newcomers.delete(occupant)) this.#count(-1);
  }

  #tidy(host: string): void {
    if (this.#newcomers.get(host)?.size === 0) this.#newcomers.delete(host);
  }

  #count(change: number): void {
    this.#newcomerCount += change;
    this.#figures.newcomers.add(change);
  }
}
