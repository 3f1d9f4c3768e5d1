/** One student's way from enrolment to retirement. */

import { hardwareFacts, kinds, problemSteps, ranks } from "../../app/game/world/world.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { play, seededDice } from "./stage.ts";

const soldAt: Record<string, string[]> = {
  Undergraduate: ["cpu"],
  Masters: ["cpu", "gpu"],
  PhD: ["cpu", "gpu", "asic"],
  PostDoc: ["cpu", "gpu", "asic", "quantum"],
  Professor: ["cpu", "gpu", "asic", "quantum", "dark_matter"],
  Retired: ["cpu", "gpu", "asic", "quantum", "dark_matter"],
};

/** Mines, buys the best that there is and solves, rank after rank, and checks the shop on the way. */
function* student(heard: () => string): Generator<string> {
  yield "Ada";
  for (const rank of ranks) {
    yield "shop";
    const shown = [...heard().matchAll(/^ {2}([a-z_]+) /gm)].map(([, kind]) => kind);
    assertEquals(shown, soldAt[rank], rank);
    for (const kind of kinds.filter((kind) => !shown.includes(kind))) {
      yield `buy ${kind}`;
      assertStringIncludes(heard(), `${hardwareFacts[kind].title} are sold from the rank of`);
    }
    const steps = problemSteps.get(rank);
    if (steps === undefined) break;
    while (true) {
      yield "stats";
      const stats = heard();
      if (!stats.includes(`Rank: ${rank}\n`)) break;
      const power = Number(/Computing power: ([\d,]+)/.exec(stats)![1].replaceAll(",", ""));
      if (power * 10 < steps) {
        yield "mine 20";
        yield `buy ${shown.at(-1)}`;
        continue;
      }
      yield "solve";
      while (true) {
        heard();
        yield "solve";
        const outcome = heard();
        if (/You are now|library|Smoke/.test(outcome)) break;
      }
      yield "resign";
    }
  }
  yield "solve";
  assertStringIncludes(heard(), "Leave it to the young");
  yield "stats";
  assertStringIncludes(heard(), "Rank: Retired");
  yield "quit";
}

for (const seed of [1, 2, 3]) {
  Deno.test(`a student retires at last, having been shown each rank's shop (seed ${seed})`, async () => {
    const { code, said } = await play(student, { dice: seededDice(seed) });
    assertEquals(code, 0);
    for (const rank of ranks.slice(1)) assertMatch(said, new RegExp(`You are now (a )?${rank}\\b`));
    assert(said.endsWith("hum on without you.\n"));
    assert(!said.includes("\x1b"));
  });
}

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
