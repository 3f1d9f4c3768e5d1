/** What may be typed for a command: its beginning, a letter, a mark, a word of other games. */

import { battleCommands, fieldCommands } from "../../app/game/talk/commands.ts";
import { parseLine, spectatorCommands, standsFor } from "../../app/game/talk/commands.ts";
import { directions } from "../../app/game/world/directions.ts";
import { places, waysFrom } from "../../app/game/world/world.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { loadedDice, MemoryStore, play } from "./stage.ts";

Deno.test("every beginning of a command means it, if it begins no other and is no word of its own", () => {
  for (const commands of [fieldCommands, battleCommands, spectatorCommands]) {
    for (const command of commands) {
      assertEquals(standsFor(command, commands), [command]);
      for (let length = 2; length < command.length; length++) {
        const begun = command.slice(0, length);
        const all = commands.filter((each) => each.startsWith(begun));
        assertEquals(standsFor(begun, commands), all, begun);
      }
    }
  }
  assertEquals(standsFor("m", fieldCommands), ["map", "move", "mine"]);
  assertEquals(standsFor("", fieldCommands), []);
  assertEquals(standsFor("constructor", fieldCommands), []);
});

Deno.test("single letters, and words of other games, stand for commands", () => {
  const meant: [string, string][] = [
    ...[["l", "look"], ["i", "inv"], ["q", "quit"], ["h", "help"], ["?", "help"]] as const,
    ...[["go", "move"], ["score", "stats"], ["me", "emote"], ["exit", "quit"]] as const,
    ...directions.flatMap((each) => [[each, "move"], [each[0], "move"]] as [string, string][]),
  ].map(([word, command]) => [word, command]);
  for (const [word, command] of meant) {
    assertEquals<readonly string[]>(standsFor(word, fieldCommands), [command]);
  }
  // In front of a problem there is nowhere to go.
  assertEquals(standsFor("s", battleCommands), ["solve", "shop", "say", "stats", "sign"]);
});

Deno.test("a mark in front of a line speaks or acts, with a blank behind it or without", () => {
  for (const [line, word] of [["'hi  all", "say"], ['" hi all', "say"], [":hi all", "emote"]]) {
    assertEquals(parseLine(line), { word, typed: line[0], args: ["hi", "all"] });
  }
  assertEquals(parseLine(" ; "), { word: "emote", typed: ";", args: [] });
  assertEquals(parseLine("N"), { word: "n", typed: "N", args: ["n"] });
  assertEquals(parseLine("n up").args, ["up"]);
});

Deno.test("every place has ways out, and each way leads back by the opposite one", () => {
  const opposite = {
    north: "south",
    south: "north",
    east: "west",
    west: "east",
    up: "down",
    down: "up",
  } as const;
  assertEquals([...waysFrom.keys()].toSorted(), [...places.keys()].toSorted());
  for (const [place, ways] of waysFrom) {
    assert(Object.keys(ways).length > 0, place);
    for (const direction of directions) {
      const there = ways[direction];
      if (there !== undefined) assertEquals(waysFrom.get(there)![opposite[direction]], place);
    }
  }
});

Deno.test("a player walks by directions, speaks and acts by marks, and quits in front of a problem", async () => {
  const { said, store, code } = await play(
    ["Ada", "e", "go east", "l", "'hi there", ":yawns", "solve", "quit", "inv"],
    { store: new MemoryStore([["player/Ada", "true"]]), dice: loadedDice() },
  );
  assertEquals(code, 0);
  assertStringIncludes(
    said,
    "You walk to Randy Pausch Bridge.\nA bridge that glows in all colours",
  );
  assertStringIncludes(said, "Ways from here: west to Randy Pausch Bridge.\n");
  assertStringIncludes(said, "You say: hi there\n");
  assertStringIncludes(said, "* Ada yawns\n");
  assert(said.endsWith("Goodbye, Ada. Your machines hum on without you.\n"));
  assertEquals(store.entries.get("place/Ada"), "fence");
});

Deno.test("mine for goes on until there are the coins for what is to be bought, or a sum", async () => {
  const found = (attempts: number) => Array.from({ length: attempts }, () => [10, 1]).flat();
  const { said } = await play(
    ["Ada", "mine for 3", "buy strip", "mine for strip", "buy strip", "buy fan", "mine for 1 coin"]
      .concat("mine for", "mine for moon", "move 1", "mine FOR FAN", "inv", "mine for cpu"),
    { dice: loadedDice(...found(3 + 17 + 1 + 36)) },
  );
  const sums = [...said.matchAll(/That makes .*\n/g)].map(([line]) => line);
  assertEquals(sums, [
    "That makes 3 coins. You have 3 now.\n",
    "That makes 17 coins. You have 20 now.\n",
    "That makes 1 coin. You have 1 now.\n",
    // At that place it costs less.
    "That makes 35 coins. You have 36 now.\n",
  ]);
  assertStringIncludes(said, "and you have 3.\nmine for strip goes on until you can pay it.\n");
  assertEquals(said.split("goes on until you can pay it").length, 2);
  assertEquals(said.split("Mine for what? Say mine for").length, 3);
  assertStringIncludes(said, "This goes on until you have 36 coins. What you find is yours.\n");
  assertStringIncludes(said, "That takes 1 coin, and you have 36.\n");
});

Deno.test("brief leaves out the view and each attempt, until it is said again", async () => {
  const dice = loadedDice(...Array.from({ length: 5 }, () => [10, 1]).flat());
  const { said } = await play(
    ["Ada", "brief", "look", "mine 2", "mine", "brief", "look", "mine 2"],
    {
      dice,
    },
  );
  const [, brief, long] = said.split(/In brief from now on.*\n|At length again\.\n/);
  const rest = "Ways from here: east to Randy Pausch Bridge, up to Gates 6th Floor, " +
    "down to Gates 4th Floor.\nNobody else is here.\n";
  const sum = "That makes 2 coins. You have ";
  assertEquals(brief, `Gates 5th Floor\n${rest}${sum}2 now.\nYou find 1 coin.\n`);
  assertStringIncludes(long, "It hums. So do you.\n");
  assertStringIncludes(long, `You find 1 coin.\nYou find 1 coin.\n${sum}5 now.\n`);
});
