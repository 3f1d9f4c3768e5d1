/** Lines in, sentences out: pauses, Enter, the end of input, and what a terminal may be sent. */

import { farewellMs, storyPauseMs } from "../../app/game/world/bounds.ts";
import type { Dice } from "../../app/game/world/dice.ts";
import { pause } from "../../app/cli/pause.ts";
import * as text from "../../app/game/talk/text.ts";
import { wrapped } from "../../app/cli/wrapped.ts";
import { assert, assertEquals, assertStringIncludes, fc } from "../deps.ts";
import { conversation, turn } from "./keyboard.ts";
import { lasting, loadedDice, play } from "./stage.ts";

/** No coin is ever found. */
const heat: Dice = { whole: (low) => low };

Deno.test("tell() pauses 2 s between sentences on a terminal, and not after the last", async () => {
  const { talk, said, pauses } = conversation({ isTerminal: true });
  const told = talk.narrate(["one", "two"]);
  await turn();
  assertEquals(said, ["one\n"]);
  assertEquals(pauses.map(({ ms }) => ms), [storyPauseMs]);
  pauses[0].end();
  await told;
  assertEquals(said, ["one\n", "two\n"]);
  assertEquals(pauses.length, 1);
});

Deno.test("news interrupt no story: they are told behind it", async () => {
  const { talk, said, pauses } = conversation({ isTerminal: true, manner: "drawn" });
  const told = talk.narrate(["one", "two"]);
  await turn();
  talk.hear(["Bob says: hello"]);
  pauses[0].end();
  await told;
  talk.hear(["Bob goes home."]);
  assertEquals(said, ["one\n", "two\n", "Bob says: hello\n", "Bob goes home.\n"]);
});

Deno.test("tell() goes on at Enter, and ends the pause", async () => {
  const { talk, said, pauses, keyboard } = conversation({ isTerminal: true });
  const told = talk.narrate(["one", "two", "three"]);
  await turn();
  keyboard.type("");
  await turn();
  assertEquals(said, ["one\n", "two\n"]);
  assert(pauses[0].signal!.aborted);
  keyboard.type("");
  await told;
  assertEquals(said.length, 3);
});

Deno.test("tell() and wait() end when the conversation is stopped", async () => {
  const stopping = new AbortController();
  const { talk, said, pauses, keyboard } = conversation({
    isTerminal: true,
    stop: stopping.signal,
  });
  const told = talk.narrate(["one", "two", "three"]);
  await turn();
  stopping.abort();
  keyboard.type(undefined);
  await told;
  assertEquals([said, talk.ended, pauses.length], [["one\n"], true, 1]);
  const waiting = conversation({ isTerminal: false, stop: stopping.signal });
  waiting.talk.wait(1_000);
  assert(waiting.pauses[0].signal!.aborted);
});

Deno.test("tell() does not pause in a pipe or in a fast game", async () => {
  for (const options of [{ isTerminal: false }, { isTerminal: true, fast: true }]) {
    const { talk, said, pauses } = conversation(options);
    await talk.narrate(["one", "two"]);
    assertEquals([said.length, pauses.length], [2, 0]);
  }
});

Deno.test("ask() shows its prompt on a terminal only", async () => {
  for (const isTerminal of [true, false]) {
    const { talk, said, keyboard } = conversation({ isTerminal });
    const asked = talk.ask(">");
    keyboard.type("x");
    await asked;
    assertEquals(said, isTerminal ? ["> "] : []);
  }
});

Deno.test("an attempt takes its seconds, and says so, unless the game is fast", async () => {
  const waited: number[] = [];
  const options = { pause: (ms: number) => Promise.resolve(void waited.push(ms)) };
  const slow = await play(["Ada", "mine 2"], {
    ...options,
    fast: false,
    dice: loadedDice(4, 10, 1, 0, 1),
  });
  assertEquals(waited, [4_000, farewellMs]);
  assert(slow.said.includes("You find 1 coin, after 4 seconds.\nNothing but heat.\n"));
  await play(["Ada", "mine"], { ...options, dice: loadedDice(10, 1) });
  assertEquals(waited.slice(2), [farewellMs]);
});

Deno.test("mine says how long it takes at most, if that is long", async () => {
  const options = { pause: () => Promise.resolve(), fast: false };
  const long = await play(["Ada", "mine 16", "mine 15"], { ...options, dice: heat });
  assertEquals(long.said.match(/This takes .*/g), [
    "This takes 64 seconds at most. What you find is yours, also if you leave.",
  ]);
  const longest = await play(["Ada", "mine 10000"], { ...options, dice: heat });
  assertStringIncludes(longest.said, "This takes 12 hours at most.");
  assertEquals(longest.said.split("Nothing but heat").length - 1, 10_000);
  const fast = await play(["Ada", "mine 100"], { dice: heat });
  assert(!fast.said.includes("This takes"));
});

Deno.test("mine ends early when the input of a terminal does, and goes on in a pipe", async () => {
  for (const isTerminal of [true, false]) {
    const pauses: number[] = [];
    const { said } = await play(["Ada", "mine 20"], {
      isTerminal,
      fast: false,
      dice: { whole: (low, high) => high === 4 ? 4 : low },
      pause: (ms, signal) => {
        pauses.push(ms);
        return pause(ms === 4_000 && isTerminal ? ms : 0, signal);
      },
    });
    const found = said.split("Nothing but heat").length - 1;
    assertEquals(found, isTerminal ? 0 : 20);
  }
});

Deno.test("an attempt that is cut short comes to nothing, and the player is told", async () => {
  for (const commands of [["mine 3"], ["mine"], ["solve", "solve"]]) {
    for (const isTerminal of [true, false]) {
      const stopping = new AbortController();
      const { said, store } = await play(["Ada", ...commands], {
        isTerminal,
        fast: false,
        // Four seconds, and no roll for what comes of them.
        dice: loadedDice(4),
        stop: stopping.signal,
        pause(ms, signal) {
          if (isTerminal) return pause(ms, signal);
          if (ms === 4_000) stopping.abort();
          return pause(0, signal);
        },
      });
      assertStringIncludes(said, `${text.cutShort}\n`);
      assertEquals(said.includes("That makes 0 coins."), commands[0] === "mine 3");
      assert(!said.includes("after 4 seconds"));
      // To turn to a problem takes nothing off it.
      const done = lasting(store).filter(([key, value]) =>
        /^(mined|damage|deed)/.test(key) && !value.startsWith('{"total":0,')
      );
      assertEquals(done, []);
    }
  }
});

Deno.test("say() breaks lines between words where rows are drawn", () => {
  for (const manner of ["drawn", "plain", "spoken"] as const) {
    const { talk, said } = conversation({ isTerminal: true, manner, columns: () => 20 });
    talk.say(["The salesman thanks you and takes the plane.", "  move PLACE  go somewhere else"]);
    assertEquals(
      said[0],
      manner === "drawn"
        ? "The salesman thanks\nyou and takes the\nplane.\n  move PLACE  go\n    somewhere else\n"
        : "The salesman thanks you and takes the plane.\n  move PLACE  go somewhere else\n",
    );
  }
});

Deno.test("wrapped() keeps every word, and rows as short as they can be", () => {
  fc.assert(fc.property(
    fc.array(fc.string({ unit: fc.constantFrom("a", "b", " ") })),
    fc.nat(4),
    fc.integer({ min: 1, max: 12 }),
    (words, margin, columns) => {
      const line = " ".repeat(margin) + words.join(" ").trimStart();
      const rows = wrapped(line, columns);
      assertEquals(rows.join(" ").split(" ").join(""), line.split(" ").join(""));
      for (const row of rows) {
        if (row.length > columns) assert(!/\S \S/.test(row), row);
      }
      if (line.length <= columns) assertEquals(rows, [line]);
    },
  ));
});

Deno.test("wrapped() leaves no holes in rows of tables that do not fit", () => {
  const help = "  help [TOPIC]      this list; a command, mining, solving";
  assertEquals(wrapped(help, 60), [help]);
  assertEquals(wrapped(help, 50), ["  help [TOPIC]  this list; a command, mining,", "    solving"]);
  const rack = "  rack   3,096 coins  brings 6,000 W, sold at Gates 2nd Floor";
  assertEquals(wrapped(rack, 44), [
    "  rack  3,096 coins  brings 6,000 W, sold at",
    "    Gates 2nd Floor",
  ]);
  const gpu = "  gpu   Nvidia GPUs    5 coins   power 10   takes 800 W";
  assertEquals(wrapped(gpu, 44), ["  gpu  Nvidia GPUs  5 coins  power 10", "    takes 800 W"]);
});

Deno.test("say() sends nothing to the terminal that others could steer it with", () => {
  const { talk, said } = conversation({ isTerminal: false });
  talk.say("a\x1b[31mb\r\nc\u202ed\x9b\x7f");
  assertEquals(said, ["a\\u{1b}[31mb\\r\\nc\\u{202e}d\\u{9b}\\u{7f}\n"]);
});

Deno.test("pause() ends at once when it is called off", async () => {
  const calledOff = new AbortController();
  const paused = pause(1_000_000, calledOff.signal);
  calledOff.abort();
  await paused;
  await pause(1_000_000, calledOff.signal);
  await pause(0);
});
