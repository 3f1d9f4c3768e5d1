/** What a player reads: colours, numbers of things, and rows that fit. */

import { help } from "../../app/game/talk/help_text.ts";
import { helpAbout, helpTopics } from "../../app/game/talk/help_topics.ts";
import { paint } from "../../app/game/talk/terminal.ts";
import type { Problem } from "../../app/game/state/problem.ts";
import { hardwareFacts, kinds, ranks, world } from "../../app/game/world/world.ts";
import * as battleText from "../../app/game/talk/battle_text.ts";
import * as text from "../../app/game/talk/text.ts";
import * as tradeText from "../../app/game/talk/trade_text.ts";
import { assert, assertEquals, assertLessOrEqual } from "../deps.ts";

Deno.test("paint() resets what it set, and leaves plain lines plain", () => {
  assertEquals(paint("plain", "line"), "line");
  for (const tone of ["story", "trouble", "prompt"] as const) {
    const painted = paint(tone, "line");
    assert(painted.startsWith("\x1b[") && painted.endsWith("line\x1b[0m"));
  }
});

Deno.test("one of something is not several", () => {
  const singulars = [
    "1 Xeon CPU",
    "1 Nvidia GPU",
    "1 Bitcoin ASIC",
    "1 Quantum Processor",
    "1 Dark Matter Processor",
  ];
  for (const [index, kind] of kinds.entries()) {
    const one = singulars[index];
    const act = { deed: "buy", kind, count: 1, cost: 1, seen: 1 } as const;
    const two = `2 ${hardwareFacts[kind].title}`;
    assert(tradeText.bought(kind, 1, 1, 2).startsWith(`You buy ${one} for `));
    assert(tradeText.bought(kind, 2, 2, 2).startsWith(`You buy ${two} for `));
    assert(tradeText.tooDear(kind, 1, 1, 0).startsWith(`${one} costs `));
    assert(tradeText.tooDear(kind, 2, 2, 0).startsWith(`${two} cost `));
    assert(tradeText.voided(act).startsWith(`The shop calls: ${one} has to go back. `));
    assert(
      tradeText.voided({ ...act, count: 2 }).startsWith(`The shop calls: ${two} have to go back.`),
    );
    assert(tradeText.restored(act).includes(`keep ${one} after`));
  }
  assert(tradeText.bought("cpu", 1, 1, 2).includes("for 1 coin."));
  assertEquals(
    tradeText.tooDear("strip", 1, 20, 3),
    "A power strip costs 20 coins, and you have 3.",
  );
});

Deno.test("stories, help and answers fit 80 columns", () => {
  const stories = [
    world.beginning,
    ...world.ranks.flatMap(({ problem, rise = [] }) => [rise, ...problem ? [problem.story] : []]),
    ...world.ranks.flatMap(({ problem }) => problem?.stages?.map(({ story }) => story) ?? []),
    ...world.things!.map(({ text }) => text),
    ...world.people!.flatMap(({ title, says }) => [title, ...says.flatMap(({ lines }) => lines)]),
    ...world.events!.flatMap(({ begins, ends }) => [begins, ends]),
    ...world.places.map(({ view }) => view),
  ];
  const problem = { rank: "Undergraduate", remaining: 100, skipped: 1_000 } as Problem;
  const answers = [
    text.badAttempts("x".repeat(100)),
    tradeText.badNumber("x".repeat(100)),
    tradeText.unknownHardware("x".repeat(10), undefined),
    battleText.faced(problem, 1_000_000_000_000, true),
    battleText.solvedByOthers(problem),
    battleText.undecided,
    text.aboutNames,
    battleText.notInBattle("leaderboard"),
    text.unwritten,
    battleText.awarded,
    text.atMost(40_000, true),
    text.atMost(40_000, false),
    ...kinds.flatMap((kind) => ranks.map((rank) => tradeText.notForYou(kind, rank))),
    ...(["now", "before", "nothing"] as const).map((noted) => text.storeTrouble("", noted)),
  ];
  const lists = ["field", "battle", "spectator"] as const;
  const helps = lists.map((list) => help(list, "plain"));
  const topics = helpTopics.flatMap((topic) =>
    ranks.map((rank) => helpAbout(topic, rank, "plain"))
  );
  for (
    const line of [...stories, ...answers, ...helps, ...topics.flat()].flat()
  ) {
    assertLessOrEqual(line.length, 80, line);
  }
});
