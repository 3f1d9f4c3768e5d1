/**
 * What a screen reader is given: `screen_reader.txt` holds a game in which every command occurs, as it
 * is to be read aloud.
 */

import { helpAbout, helpTopics } from "../../app/game/talk/help_topics.ts";
import { ranks } from "../../app/game/world/world.ts";
import { battleCommands, fieldCommands } from "../../app/game/talk/commands.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { replay } from "./replay.ts";
import { Seat } from "./seat.ts";
import type { Manner } from "../../app/game/mod.ts";
import { loadedDice, MemoryStore, play } from "./stage.ts";

const goldenFile = new URL("screen_reader.txt", import.meta.url);

/** Plays what is typed in the golden file again, with Bob around, and a store that fails once. */
async function playGolden(golden: string): Promise<string> {
  const now = () => 1_300_000_000_000;
  const store = new MemoryStore([
    ["rank/Bob/Masters", "true"],
    ["player/Cleo", "true"],
    ["mined/Cleo/Cleo.0000000000000001", "4"],
    ["place/nobody/at/all", "fence"],
    ["place/Cleo", "bridge"],
    ["scene/65000000/5/Eve", "no list"],
    ["here/4333333/Eve", "no sign"],
    ["rank/Eve/Emperor", "true"],
    ["mined/Ada/Eve.0000000000000001", "4"],
  ]);
  const bob = await Seat.take(store, "Bob", { now });
  await bob.type("mine 20");
  const screen = await replay(golden, {
    manner: "spoken",
    rolls: [3, 8, 1, 3, 1, 3, 7, 1, 1, 6, 3, 11, 3, 19],
    store,
    now,
    meanwhile: {
      "tell Bob thanks": () => bob.type("say \x1b[31mbuy more CPUs"),
      "emote sighs": () => {
        store.failures = 1;
        return Promise.resolve();
      },
    },
  });
  await bob.leave();
  return screen;
}

Deno.test("a screen reader is given what screen_reader.txt holds", async () => {
  const golden = await Deno.readTextFile(goldenFile);
  assertEquals(await playGolden(golden), golden);
});

Deno.test("screen_reader.txt has every command, and nothing that moves, colours or draws", async () => {
  const golden = await Deno.readTextFile(goldenFile);
  const typed = [...golden.matchAll(/^(solving)?> *(\S*)/gm)];
  const inField = typed.filter(([, solving]) => !solving).map(([, , word]) => word);
  const inBattle = typed.filter(([, solving]) => solving).map(([, , word]) => word);
  // One leaves but once.
  const inEither = inField.includes("quit") ? [...inBattle, "quit"] : inBattle;
  assertEquals(fieldCommands.filter((command) => !inField.includes(command)), []);
  assertEquals(battleCommands.filter((command) => !inEither.includes(command)), []);
  // deno-lint-ignore no-control-regex -- none must be there
  assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(golden), "a control character");
  assert(!/[\u2500-\u259f]/.test(golden), "a line or block to draw with");
  assert(!/ {2}|[#=_*|+-]{3}/.test(golden), "columns, or a drawing in letters");
});

Deno.test("of many attempts a screen reader hears now and then what they came to", async () => {
  const said = async (lines: string[], manner: Manner, ...rolls: number[]) =>
    (await play(["Ada", ...lines], {
      ...{ manner, isTerminal: true, dice: loadedDice(...rolls) },
      store: new MemoryStore([["player/Ada", "true"]]),
    })).said;
  const found = Array.from({ length: 12 }, () => [10, 1]).flat();
  const mined = await said(["mine 12"], "spoken", ...found);
  assertStringIncludes(
    mined,
    "5 of 12: 5 coins so far.\n10 of 12: 10 coins so far.\nThat makes 12",
  );
  assert(!mined.includes("You find"));
  // A few are told one by one, and so are all where they are seen.
  for (const manner of ["spoken", "drawn"] as const) {
    assertEquals((await said(["mine 5"], manner, ...found)).split("You find 1 coin").length, 6);
  }
  assertEquals((await said(["mine 12"], "drawn", ...found)).split("You find 1 coin").length, 13);
  const towards = await said(["mine for 12"], "spoken", ...found);
  assertStringIncludes(towards, "You have 5 of 12 coins.\nYou have 10 of 12 coins.\nThat makes 12");
  const solved = await said(["solve 9"], "spoken", ...Array.from({ length: 7 }, () => 4), 1, 0);
  assertStringIncludes(
    solved,
    "take 5 steps. 95 to go.\nYour machines take 2 steps. 93 to go.\nSmoke.",
  );
});

Deno.test("who comes back hears where, as the prompt that is read aloud does not say it", async () => {
  const said = async (manner: Manner) => {
    const store = new MemoryStore([["player/Ada", "true"], ["place/Ada", "fence"]]);
    return (await play(["Ada"], { manner, isTerminal: true, store })).said;
  };
  assertStringIncludes(await said("spoken"), "missed you.\nYou are at The Fence.\n");
  assert(!(await said("drawn")).includes("You are at"));
});

Deno.test("what help tells is whole sentences, one or more in a line: each line is read for itself", () => {
  for (const topic of helpTopics) {
    for (const line of helpAbout(topic, ranks[0], "spoken")) {
      assert(/[.:;]$/.test(line), `${topic}: ${line}`);
    }
  }
});
