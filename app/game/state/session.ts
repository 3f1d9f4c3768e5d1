/**
 * A session: the one writer of its own keys, through one address.
 *
 * @module
 */

import type { Clock, Random } from "../../../rpc/environment.ts";
import { creditsMax, deedNumberMax, patienceMs, repeatWindowMs } from "../world/bounds.ts";
import { keys } from "./keys.ts";
import { newSessionId } from "../world/names.ts";
import { type Act, type Damage, type End, present } from "./records.ts";
import { type GameStore, StoreFailure } from "./store.ts";
import type { Rank } from "../world/world.ts";

/** The clock and the randomness that a session needs. */
export type SessionEnvironment = Clock & Pick<Random, "hex64">;

/** How a session meets failures. */
export interface SessionOptions {
  /**
   * How often a step is tried before its failure is thrown, each time at the server that the store
   * picks then. Default 1.
   */
  readonly tries?: number;
}

/**
 * Reads and writes for one player, so that every deed counts exactly once whatever fails.
 *
 * Its methods are called one after the other (reads may go together, and `settle` with anything). Invariants:
 *
 * - A value of a session's key is sent only after the last one was acknowledged, and to the same
 *   address. After anything else the session ends and another begins, under an id of its own.
 * - What happened is noted here before it is sent. The `end/` record of a session is therefore at
 *   least as great as anything that a reader may have seen of it.
 * - Nothing else is written before what is owed from before has been acknowledged.
 */
export class Session {
  readonly name: string;
  readonly #store: GameStore;
  readonly #environment: SessionEnvironment;
  readonly #tries: number;

  #id: string;
  /** All ids so far, the present one last. */
  readonly #ids = new Set<string>();
  #address: string;
  #mined = 0;
  /** By key. */
  readonly #damage = new Map<string, Damage>();
  /** The greatest deed number given out: a server that has forgotten it must not make us reuse it. */
  #lastDeed = 0;

  /** Write-once writes that the server at the address may not have told the others, oldest first. */
  readonly #recent = new Map<string, { value: string; atMs: number }>();
  /** Write-once writes to be acknowledged before anything else, by key. */
  readonly #owed = new Map<string, string>();
  #notes = 0;
  #declared = 0;

  constructor(
    name: string,
    store: GameStore,
    environment: SessionEnvironment,
    { tries = 1 }: SessionOptions = {},
  ) {
    this.name = name;
    this.#store = store;
    this.#environment = environment;
    this.#tries = tries;
    this.#id = this.#newId();
    this.#address = store.address();
  }

  /** The wall clock of whoever plays: milliseconds since the epoch. */
  now(): number {
    return this.#environment.now();
  }

  /** The present id. */
  get id(): string {
    return this.#id;
  }

  /** A name that nothing else has: of the form of a session's id. */
  newName(): string {
    return newSessionId(this.name, this.#environment);
  }

  /** The server that is asked next, as players know it. */
  get server(): string {
    return this.#store.server();
  }

  /** Whether anything has still to be written. */
  get owes(): boolean {
    const moved = this.#store.address() !== this.#address;
    return this.#owed.size > 0 || (moved && (this.#recent.size > 0 || this.#hasTotals));
  }

  /** How often something has happened that is written in the end, whatever fails. */
  get notes(): number {
    return this.#notes;
  }

  /**
   * Writes what is owed; to be called before anything is read on which a write will depend.
   *
   * @throws {StoreFailure} It is still owed.
   */
  async ready(): Promise<void> {
    if (this.#store.address() !== this.#address) this.#end();
    for (const [key, value] of this.#owed) {
      const id = this.#id;
      await this.#put(key, value);
      // The server may be gone that has acknowledged this, as another call has found meanwhile.
      if (id !== this.#id || this.#store.address() !== this.#address) return await this.ready();
      this.#recent.set(key, { value, atMs: this.#environment.monotonicMs() });
      this.#owed.delete(key);
    }
  }

  /**
   * Writes what is owed, if anything is: also what the server before took with it, though the player does
   * nothing more. It may be called while other methods are under way, because they may repeat what is owed.
   *
   * @throws {StoreFailure} It is still owed.
   */
  async settle(): Promise<void> {
    if (this.owes) await this.ready();
  }

  /**
   * Writes what is owed, then does `act`, which may come to be done again: it only reads, or writes
   * what may be written twice.
   *
   * @throws {StoreFailure} That of the last try.
   */
  steadily<T>(act: () => Promise<T>): Promise<T> {
    return this.#try(async () => {
      await this.ready();
      return await act();
    });
  }

  /** @throws {StoreFailure} */
  get(key: string): Promise<string | undefined> {
    return this.#call(() => this.#store.get(key));
  }

  /** @throws {StoreFailure} */
  list(prefix: string): Promise<Map<string, string>> {
    return this.#call(() => this.#store.list(prefix));
  }

  /** @throws {StoreFailure} The place may or may not have been written, and is not written again. */
  async place(place: string): Promise<void> {
    await this.steadily(() => this.#put(keys.place(this.name), place));
  }

  /** @throws {StoreFailure} As for `place`: the last writer wins, and it is not written again. */
  async put(key: string, value: string): Promise<void> {
    await this.steadily(() => this.#put(key, value));
  }

  /**
   * Says `key` once and for all.
   *
   * @throws {StoreFailure} It is owed.
   */
  async declare(key: string, value: string = present): Promise<void> {
    await this.declareAll([[key, value]]);
  }

  /**
   * Says several things once and for all, under keys that nothing else has.
   *
   * @param entries makes them of the session's id, and of a number that it gives only once
   * @throws {StoreFailure} It is owed.
   */
  async declareOwn(
    entries: (id: string, k: number) => readonly (readonly [key: string, value: string])[],
  ): Promise<void> {
    await this.declareAll(entries(this.#id, ++this.#declared));
  }

  /**
   * Says several things once and for all: all of them, whatever fails.
   *
   * @throws {StoreFailure} Some of them are owed.
   */
  async declareAll(entries: readonly (readonly [key: string, value: string])[]): Promise<void> {
    this.#notes++;
    for (const [key, value] of entries) this.#owed.set(key, value);
    await this.#try(() => this.ready());
  }

  /**
   * Notes a deed behind all that were seen, and returns its key.
   *
   * @throws {StoreFailure} It is owed.
   */
  async deed(act: Act, lastSeen: number): Promise<string> {
    const n = Math.min(1 + Math.max(lastSeen, this.#lastDeed), deedNumberMax);
    // When the numbers are used up, it is the session that tells two deeds apart.
    if (n === this.#lastDeed) this.#end();
    this.#lastDeed = n;
    const key = keys.deed(this.name, n, this.#id);
    await this.declare(key, JSON.stringify(act));
    return key;
  }

  /** Whether `key`, or a session's id, is of this session or of one that it replaced. */
  owns(key: string): boolean {
    return this.#ids.has(key.slice(key.lastIndexOf("/") + 1));
  }

  /**
   * Adds mined coins.
   *
   * @throws {StoreFailure} They are owed.
   */
  async mined(coins: number): Promise<void> {
    this.#notes++;
    this.#mined = Math.min(this.#mined + coins, creditsMax);
    await this.#putOwn(keys.mined(this.name, this.#id), String(this.#mined));
  }

  /**
   * Takes `steps` off a round, as its `n`-th hit.
   *
   * @throws {StoreFailure} The hit is owed.
   */
  async hit(rank: Rank, round: number, steps: number, n: number): Promise<void> {
    this.#notes++;
    const key = keys.damage(rank, round, this.#id);
    const total = Math.min((this.#damage.get(key)?.hits.total ?? 0) + steps, creditsMax);
    await this.#putHits(key, { rank, round, hits: { total, n, at: this.now() } });
  }

  /**
   * Says that its player is at a round, without a hit.
   *
   * @throws {StoreFailure} It is owed.
   */
  async turnTo(rank: Rank, round: number): Promise<void> {
    const key = keys.damage(rank, round, this.#id);
    const { total, n } = this.#damage.get(key)?.hits ?? { total: 0, n: 0 };
    await this.#putHits(key, { rank, round, hits: { total, n, at: this.now() } });
  }

  async #putHits(key: string, damage: Damage): Promise<void> {
    this.#damage.set(key, damage);
    await this.#putOwn(key, JSON.stringify(damage.hits));
  }

  /** Puts a key of this session, whose new value has been noted: where it cannot, the end holds it. */
  async #putOwn(key: string, value: string): Promise<void> {
    const inStep = this.#store.address() === this.#address && this.#owed.size === 0;
    if (!inStep) this.#end();
    await this.#try((again) => inStep && !again ? this.#put(key, value) : this.ready());
  }

  /** Does `act` until the store answers, as often as is allowed and not after `patienceMs`. */
  async #try<T>(act: (again: boolean) => Promise<T>): Promise<T> {
    const startMs = this.#environment.monotonicMs();
    for (let tries = 1;; tries++) {
      try {
        return await act(tries > 1);
      } catch (failure) {
        const waitedMs = this.#environment.monotonicMs() - startMs;
        if (!(failure instanceof StoreFailure)) throw failure;
        if (tries >= this.#tries || waitedMs > patienceMs) throw failure;
      }
    }
  }

  async #put(key: string, value: string): Promise<void> {
    try {
      await this.#call(() => this.#store.put(key, value));
    } catch (failure) {
      this.#end();
      throw failure;
    }
  }

  async #call<T>(call: () => Promise<T>): Promise<T> {
    const address = this.#store.address();
    const startMs = this.#environment.monotonicMs();
    const result = await call();
    if (address === this.#address) this.#forgetUntil(startMs - repeatWindowMs);
    return result;
  }

  /**
   * Forgets the write-once writes that their server has outlived by the window. How long ago they
   * are says nothing: the server may have died right after them, and we notice only now.
   */
  #forgetUntil(ms: number): void {
    for (const [key, { atMs }] of this.#recent) {
      if (atMs > ms) return;
      this.#recent.delete(key);
    }
  }

  /** Ends the session: its totals and its last write-once writes are owed, and a new one begins. */
  #end(): void {
    for (const [key, { value }] of this.#recent) this.#owed.set(key, value);
    this.#recent.clear();
    if (this.#hasTotals) {
      const end: End = { mined: this.#mined, damage: Array.from(this.#damage.values()) };
      this.#owed.set(keys.end(this.#id), JSON.stringify(end));
    }
    this.#id = this.#newId();
    this.#address = this.#store.address();
    this.#mined = 0;
    this.#damage.clear();
  }

  get #hasTotals(): boolean {
    return this.#mined > 0 || this.#damage.size > 0;
  }

  #newId(): string {
    const id = newSessionId(this.name, this.#environment);
    this.#ids.add(id);
    return id;
  }
}
