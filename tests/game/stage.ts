/**
 * A stage for the game: a store in memory, seeded dice, pauses that take no time, and a player who
 * reads what is said before typing the next line.
 *
 * @module
 */

import { pause } from "../../app/cli/pause.ts";
import {
  type Dice,
  diceFrom,
  type GameOptions,
  type GameStore,
  playGame,
  StoreFailure,
} from "../../app/game/mod.ts";
import type { SessionEnvironment } from "../../app/game/state/session.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { linesOf } from "../support/lines_of.ts";

/** A store of one replica that can be made to fail. */
export class MemoryStore implements GameStore {
  readonly entries: Map<string, string>;
  /** How many of the next calls fail. */
  failures = 0;
  /** How many of the next calls of `put` fail; they are not applied. */
  putFailures = 0;
  #address = 1;
  /** The number of the call that fails, and whether it is applied; negative for none. */
  #failing = { call: -1, effect: false };

  constructor(entries: Iterable<[string, string]> = []) {
    this.entries = new Map(entries);
  }

  address(): string {
    return `server ${this.#address}`;
  }

  server(): string {
    return this.address();
  }

  async get(key: string): Promise<string | undefined> {
    await this.#call();
    return this.entries.get(key);
  }

  /** Lets the `call`-th call from now fail, with its effect or without. */
  failAt(call: number, effect: boolean): void {
    this.#failing = { call, effect };
  }

  async put(key: string, value: string): Promise<void> {
    if (this.#failing.call === 0 && this.#failing.effect) this.entries.set(key, value);
    if (this.putFailures > 0) {
      this.putFailures--;
      this.failures++;
    }
    await this.#call();
    this.entries.set(key, value);
  }

  async list(prefix: string): Promise<Map<string, string>> {
    await this.#call();
    const listed = [...this.entries].filter(([key]) => key.startsWith(prefix));
    return new Map(listed.sort(([a], [b]) => a < b ? -1 : 1));
  }

  #call(): Promise<void> {
    if (this.#failing.call-- === 0) this.failures++;
    if (this.failures === 0) return Promise.resolve();
    this.failures--;
    this.#address++;
    return Promise.reject(new StoreFailure(`server ${this.#address - 1} is gone`));
  }
}

/** What `store` holds that is to last: not what is of interest for a moment only. */
export function lasting({ entries }: MemoryStore): [string, string][] {
  return [...entries].filter(([key]) => !/^(scene|letter|here|term)\//.test(key));
}

/** What the first problem wants besides machines, as somebody has done it. */
export function napkinRead(name: string): [key: string, value: string] {
  return [`mark/${name}/read/napkin`, "true"];
}

/** Types lines; `heard` returns all that was said since it was asked last. */
export type Actor = (heard: () => string) => AsyncGenerator<string> | Generator<string>;

/** What can be different about a play. */
export interface PlayOptions extends Partial<Omit<GameOptions, "lines" | "store">> {
  readonly store?: MemoryStore;
  /** Gets all that is written. */
  readonly output?: (text: string) => void;
}

/** What came of it. */
export interface Played {
  readonly code: number;
  /** All output. */
  readonly said: string;
  readonly store: MemoryStore;
}

/** Plays with someone who types `lines`, or who acts on what is said. */
export async function play(
  lines: readonly string[] | Actor,
  { store = new MemoryStore(), output, ...options }: PlayOptions = {},
): Promise<Played> {
  const sessions = new Prng(1);
  let said = "";
  let heardUntil = 0;
  const heard = () => {
    const news = said.slice(heardUntil);
    heardUntil = said.length;
    return news;
  };
  const acts = typeof lines === "function" ? lines(heard) : lines;
  const code = await playGame({
    store,
    lines: linesOf(acts, output ?? ((text) => void (said += text))),
    isTerminal: false,
    fast: true,
    dice: seededDice(1),
    environment: { now: () => 1_000_000, monotonicMs: () => 0, hex64: () => sessions.hex64() },
    pause: (_ms, signal) => pause(0, signal),
    ...options,
  });
  return { code, said, store };
}

/** Dice from a seed. */
export function seededDice(seed: number): Dice {
  return diceFrom(new Prng(seed));
}

/** Dice that show these numbers, one after the other. */
export function loadedDice(...rolls: number[]): Dice {
  return {
    whole(low, high) {
      const roll = rolls.shift();
      if (roll === undefined || roll < low || roll > high) {
        throw new Error(`cannot roll ${roll} between ${low} and ${high}`);
      }
      return roll;
    },
  };
}

/** An environment whose clock is set by hand and whose sessions are numbered. */
export function numberedEnvironment(): SessionEnvironment & { ms: number } {
  let sessions = 0;
  return {
    ms: 0,
    now() {
      return this.ms;
    },
    monotonicMs() {
      return this.ms;
    },
    hex64: () => String(++sessions).padStart(16, "0"),
  };
}
