/**
 * Plays a whole term on virtual time, from enrolment to retirement, by typing commands and reading answers.
 *
 * @module
 */

import { diceFrom, playGame } from "../../../app/game/mod.ts";
import { ranks } from "../../../app/game/world/world.ts";
import { Prng } from "../../../simulate/world/prng.ts";
import { linesOf } from "../../support/lines_of.ts";
import { Bot, type Strategy } from "./bot.ts";
import { TableStore } from "./table_store.ts";

/** How long a bot took. */
export interface TermTimes {
  /** Minutes of game time in each rank, the last one aside. */
  readonly perRank: readonly number[];
  readonly minutes: number;
  /** Lines that it typed. */
  readonly lines: number;
  /** All that it read. */
  readonly said: string;
}

/** Who has not retired by then never will. */
const minutesMax = 300;

/** Plays the term of a seed. @throws {Error} The bot does not come through. */
export async function playTerm(strategy: Strategy, seed: number): Promise<TermTimes> {
  const random = new Prng(seed);
  let nowMs = 1_000_000_000;
  const startMs = nowMs;
  const roseAt: number[] = [];
  let heard = "";
  let said = "";
  const bot = new Bot(strategy, () => {
    const news = heard;
    said += news;
    heard = "";
    return news;
  });
  let lines = 0;
  const typed = function* () {
    for (const line of bot.play()) {
      lines++;
      while (roseAt.length < bot.rank) roseAt.push(nowMs);
      if (nowMs - startMs > minutesMax * 60_000) {
        throw new Error(`${strategy.name} (seed ${seed}) is still ${ranks[bot.rank]}`);
      }
      yield line;
    }
  };
  await playGame({
    store: new TableStore(),
    lines: linesOf(typed(), (text) => void (heard += text)),
    isTerminal: false,
    fast: false,
    name: strategy.name,
    dice: diceFrom(random),
    environment: { now: () => nowMs, monotonicMs: () => nowMs, hex64: () => random.hex64() },
    pause: (ms) => Promise.resolve(void (nowMs += ms)),
  });
  const ends = roseAt.map((at) => (at - startMs) / 60_000);
  const perRank = ends.map((end, i) => end - (ends[i - 1] ?? 0));
  return { perRank, minutes: ends.at(-1)!, lines, said: said + heard };
}
