/** One student's way from enrolment to retirement, and how long it is for students of three kinds. */

import { ranks } from "../../app/game/world/world.ts";
import { assert, assertEquals, assertGreater, assertLess, assertMatch } from "../deps.ts";
import { strategies } from "./balance/bot.ts";
import { meanOf, playTerms, tableRow } from "./balance/terms.ts";
import { read } from "../support/repository.ts";
import { play, seededDice } from "./stage.ts";

/** Terms of each strategy. */
const terms = 20;

/** The cells of the row in docs/game.md that begins so. */
function rowOf(strategy: string): string[] {
  const row = read("docs/game.md").split("\n").find((line) => line.startsWith(`| ${strategy}: `));
  return row!.split("|").slice(2, -1).map((cell) => cell.trim());
}

Deno.test("a term takes what docs/game.md says: about an hour, each rank longer than the last", async () => {
  const means: number[] = [];
  for (const strategy of strategies) {
    const played = await playTerms(strategy, terms);
    for (const { said, minutes } of played) {
      for (const rank of ranks.slice(1)) {
        assertMatch(said, new RegExp(`You are now (a )?${rank}\\b`));
      }
      assert(said.endsWith("hum on without you.\n"));
      assert(!said.includes("\x1b"));
      assertGreater(minutes, 40);
      assertLess(minutes, 90);
    }
    const { perRank, minutes } = meanOf(played);
    for (const [rank, each] of perRank.entries()) assertGreater(each, perRank[rank - 1] ?? 0);
    means.push(minutes);
    assertEquals(rowOf(strategy.name.toLowerCase()), tableRow(played));
  }
  assertLess(Math.max(...means) / Math.min(...means), 1.2);
});

Deno.test("a newcomer who does as told has a coin within three inputs", async () => {
  for (let seed = 1; seed <= 300; seed++) {
    const { said } = await play(function* (heard) {
      yield "Ada";
      const [, hint] = /^Type (mine \d+) to /m.exec(heard())!;
      yield hint;
      yield hint;
    }, { dice: seededDice(seed) });
    assertMatch(said, /^You have|You have [1-9]\d* now\.$/m);
  }
});
