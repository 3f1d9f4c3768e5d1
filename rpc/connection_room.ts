import type { SharedFigure } from "./memory_account.ts";

/**
 * What a connection has shown of what it is here for: nothing; something that is still to be proven; or
 * enough. The last ones make way for nobody.
 */
export type Standing = "silent" | "claiming" | "established";

/** A connection that takes a place. */
export interface Occupant {
  /** The host at its other end. */
  readonly host: string;
  readonly standing: Standing;
  /** Ends it now, so that another one has its place. */
  makeWay(): void;
}

/**
 * Room for so many connections. When there is no more, one that is not established makes way for the
 * next: of the host that has most of them, the oldest that is silent, or else the oldest. So a host that
 * opens connections without end ends its own.
 */
export class ConnectionRoom {
  readonly #max: number;
  readonly #open: Pick<SharedFigure, "add" | "total">;
  /** Those that were not established when they were looked at last: by host, the oldest first. */
  readonly #newcomers = new Map<string, Set<Occupant>>();

  /**
   * Makes an empty room.
   *
   * @param open counts the connections, others than those that are added here perhaps too
   */
  constructor(max: number, open: Pick<SharedFigure, "add" | "total">) {
    this.#max = max;
    this.#open = open;
  }

  /** Number of connections. */
  get size(): number {
    return this.#open.total();
  }

  /** Number of those that were not established when they were looked at last. */
  get newcomers(): number {
    let sum = 0;
    for (const { size } of this.#newcomers.values()) sum += size;
    return sum;
  }

  /** Whether there is room for one more. */
  get hasRoom(): boolean {
    return this.#open.total() < this.#max;
  }

  /** Has a connection make way for one of `host`. @returns its host; `undefined` when none does. */
  makeRoom(host: string): string | undefined {
    for (;;) {
      const most = this.#hostWithMost(host);
      if (most === undefined) return undefined;
      const newcomers = this.#newcomers.get(most)!;
      const size = newcomers.size;
      const occupant = weakest(newcomers);
      // What was established meanwhile is no newcomer: another host may have most of them.
      if (newcomers.size < size) this.#tidy(most);
      else if (occupant !== undefined) {
        occupant.makeWay();
        return most;
      }
    }
  }

  #hostWithMost(host: string): string | undefined {
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
    this.#open.add(1);
    const { host } = occupant;
    const newcomers = this.#newcomers.get(host);
    if (newcomers === undefined) this.#newcomers.set(host, new Set([occupant]));
    else newcomers.add(occupant);
  }

  /** Removes one that was added. */
  remove(occupant: Occupant): void {
    this.#open.add(-1);
    this.#newcomers.get(occupant.host)?.delete(occupant);
    this.#tidy(occupant.host);
  }

  /** Forgets those that are established by now. To be called now and then. */
  review(): void {
    for (const [host, newcomers] of this.#newcomers) {
      for (const occupant of newcomers) {
        if (occupant.standing === "established") newcomers.delete(occupant);
      }
      this.#tidy(host);
    }
  }

  #tidy(host: string): void {
    if (this.#newcomers.get(host)?.size === 0) this.#newcomers.delete(host);
  }
}

/** The oldest that is silent, or else the oldest. Removes those before it that are established. */
function weakest(newcomers: Set<Occupant>): Occupant | undefined {
  let oldest: Occupant | undefined;
  for (const occupant of newcomers) {
    const { standing } = occupant;
    if (standing === "silent") return occupant;
    if (standing === "established") newcomers.delete(occupant);
    else oldest ??= occupant;
  }
  return oldest;
}
