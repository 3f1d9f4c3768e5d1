/** Lines in, sentences out: pauses, Enter, the end of input, and what a terminal may be sent. */

import {
  farewellMs,
  storyPauseMs,
  typedAheadLinesMax,
  typedCharsMax,
} from "../../app/game/world/bounds.ts";
import type { Dice } from "../../app/game/world/dice.ts";
import { Conversation, type Lines } from "../../app/game/talk/conversation.ts";
import { pause } from "../../app/cli/pause.ts";
import * as text from "../../app/game/talk/text.ts";
import type { Manner } from "../../app/game/talk/words.ts";
import { wrapped } from "../../app/cli/wrapped.ts";
import { assert, assertEquals, assertStringIncludes, fc } from "../deps.ts";
import { loadedDice, play } from "./stage.ts";

/** No coin is ever found. */
const heat: Dice = { whole: (low) => low };

/** Input that is typed by the test, line by line; what is said is kept, prompts too. */
class Keyboard implements Lines {
  readonly said: string[] = [];
  readonly #waiting: ((line: string | undefined) => void)[] = [];

  /** Whether a line is asked for. */
  get isRead(): boolean {
    return this.#waiting.length > 0;
  }

  type(line: string | undefined): void {
    this.#waiting.shift()!(line);
  }

  readLine(prompt: string): Promise<string | undefined> {
    this.setPrompt(prompt);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  setPrompt(prompt: string): void {
    if (prompt !== "") this.said.push(prompt);
  }

  print(lines: string): void {
    this.said.push(lines);
  }
}

function conversation(
  options: {
    isTerminal: boolean;
    fast?: boolean;
    manner?: Manner;
    columns?: () => number;
    stop?: AbortSignal;
  },
) {
  const keyboard = new Keyboard();
  const { said } = keyboard;
  const pauses: { ms: number; end: () => void; signal?: AbortSignal }[] = [];
  const talk = new Conversation({
    lines: keyboard,
    fast: false,
    pause: (ms, signal) => new Promise((end) => pauses.push({ ms, end, signal })),
    ...options,
  });
  return { talk, keyboard, said, pauses };
}

/** Lets everything run that does not wait for a key or a pause. */
async function turn(): Promise<void> {
  for (let i = 0; i < 20; i++) await undefined;
}

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

Deno.test("tell() keeps a line that is more than Enter for the next question", async () => {
  const { talk, said, keyboard } = conversation({ isTerminal: true });
  const told = talk.narrate(["one", "two", "three"]);
  await turn();
  keyboard.type("stats");
  await told;
  assertEquals(said.length, 3);
  assertEquals(await talk.ask(">"), "stats");
});

Deno.test("ask() gets the line that was typed after a pause has run out", async () => {
  const { talk, pauses, keyboard } = conversation({ isTerminal: true });
  const told = talk.narrate(["one", "two"]);
  await turn();
  pauses[0].end();
  await told;
  for (const line of ["", "help"]) {
    const asked = talk.ask(">");
    keyboard.type(line);
    assertEquals(await asked, line);
  }
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

Deno.test("Enter on a terminal stops mining after the attempt that is under way", async () => {
  for (const isTerminal of [true, false]) {
    let attempts = 0;
    // Behind the last line the input ends only when all are answered: before, it would stop the mining.
    const typed = async function* (heard: () => string) {
      yield* ["Ada", "mine 20", "", "stats", ""];
      for (let said = ""; !said.includes("Name: Ada"); said += heard()) await pause(0);
    };
    const { said } = await play(typed, {
      isTerminal,
      fast: false,
      dice: { whole: (low, high) => high === 4 ? 4 : low },
      pause: async (ms, signal) => {
        if (ms === 4_000) attempts++;
        await pause(0, signal);
      },
    });
    assertEquals(attempts, isTerminal ? 1 : 20);
    assertEquals(said.includes("after 4 seconds.\nYou leave it at that.\n"), isTerminal);
    assertStringIncludes(said, "That makes 0 coins. You have 0 now.");
    assertStringIncludes(said, "Name: Ada");
  }
});

Deno.test("Enter that was pressed behind one thing stops no other", async () => {
  const { talk, keyboard, pauses } = conversation({ isTerminal: true });
  const waited = talk.wait(1_000);
  pauses[0].end();
  await waited;
  const asked = talk.ask(">");
  keyboard.type("");
  assertEquals([await asked, talk.hadEnough], ["", false]);
  for (const [line, hadEnough] of [["", true], ["stats", false]] as const) {
    const waiting = talk.wait(1_000);
    keyboard.type(line);
    await turn();
    pauses.at(-1)!.end();
    await waiting;
    assertEquals(talk.hadEnough, hadEnough);
  }
  assertEquals(await talk.ask(">"), "stats");
});

Deno.test("wait() goes on reading behind a line typed ahead, and ask() gets them in their order", async () => {
  const { talk, keyboard, pauses } = conversation({ isTerminal: true });
  const waiting = talk.wait(1_000);
  for (const line of ["stats", "inv", "", "who"]) {
    keyboard.type(line);
    await turn();
  }
  assert(talk.hadEnough);
  pauses[0].end();
  assert(await waiting);
  // A wait that comes between loses none of them.
  const again = talk.wait(1_000);
  keyboard.type("map");
  await turn();
  pauses[1].end();
  await again;
  assertEquals(talk.hadEnough, false);
  for (const line of ["stats", "inv", "who", "map"]) assertEquals(await talk.ask(">"), line);
  const asked = talk.ask(">");
  keyboard.type("look");
  assertEquals(await asked, "look");
});

Deno.test("lines typed ahead beyond a bound are dropped, and said to be", async () => {
  const { talk, keyboard, said, pauses } = conversation({ isTerminal: true });
  const waiting = talk.wait(1_000);
  for (let n = 0; n <= typedAheadLinesMax; n++) {
    keyboard.type(`${n}`.padEnd(2 * typedCharsMax));
    await turn();
  }
  assertEquals(said, ["(1000 lines wait already; this one is dropped.)\n"]);
  pauses[0].end();
  await waiting;
  assertEquals((await talk.ask(">"))?.length, typedCharsMax + 1);
});

Deno.test("during() reads what is typed in the meantime once that takes long, and not before", async () => {
  for (const isTerminal of [true, false]) {
    const { talk, keyboard, pauses } = conversation({ isTerminal });
    const { promise: done, resolve: finish } = Promise.withResolvers<number>();
    const during = talk.during(() => done);
    assertEquals(keyboard.isRead, false);
    pauses[0]?.end();
    await turn();
    assertEquals(keyboard.isRead, isTerminal);
    if (isTerminal) {
      for (const line of ["stats", "inv"]) {
        keyboard.type(line);
        await turn();
      }
    }
    finish(7);
    assertEquals(await during, 7);
    const asked = talk.ask(">");
    if (!isTerminal) keyboard.type("stats");
    assertEquals(await asked, "stats");
    if (isTerminal) assertEquals(await talk.ask(">"), "inv");
    const quick = talk.during(() => Promise.resolve());
    await quick;
    pauses[1]?.end();
    await turn();
    assertEquals(keyboard.isRead, isTerminal);
  }
});

Deno.test("Enter counts in a wait during a command that has taken long before", async () => {
  const { talk, keyboard, pauses } = conversation({ isTerminal: true });
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const during = talk.during(async () => {
    await begun;
    return await talk.wait(1_000);
  });
  pauses[0].end();
  await turn();
  begin();
  await turn();
  for (const line of ["stats", ""]) {
    keyboard.type(line);
    await turn();
  }
  assert(talk.hadEnough);
  pauses[1].end();
  assert(await during);
  assertEquals(await talk.ask(">"), "stats");
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
      assertEquals([...store.entries.keys()].filter((key) => /^(mined|damage|deed)/.test(key)), []);
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

Deno.test("help names the commands alone where the list would scroll off, and tells of one", async () => {
  const said = async (line: string, rows: number, columns = 80) => {
    const answer = await play(["Ada", line], {
      manner: "drawn",
      rows: () => rows,
      columns: () => columns,
    });
    return answer.said.slice(answer.said.lastIndexOf("or help.\n") + "or help.\n".length);
  };
  const list = await said("help", 24);
  assertEquals(list.split("\n").length, 19);
  for (const [rows, columns] of [[0, 80], [19, 80]]) {
    assertEquals(await said("help", rows, columns), list);
  }
  const brief = await said("help", 18);
  assertEquals(brief.split("\n").length, 4);
  assertStringIncludes(brief, "You can say help, stats, map,");
  assertStringIncludes(brief, "Say help COMMAND to see what it does, as in: help stats\n");
  assertEquals((await said("help", 12, 40)).split("\n").length < 12, true);
  assertEquals(
    await said("help MINE", 12),
    "mine [N]: look for coins, N times (1 to 10,000).\n" +
      "An attempt takes 0 to 4 seconds, and 9 of 10 find coins:\n" +
      "1 to as many as you have computing power, all equally likely.\n",
  );
  assertStringIncludes(await said("help store", 12), "Did you mean shop?");
  assertStringIncludes(
    await said("help rank", 24),
    "You are Undergraduate. With your problem solved",
  );
  assertStringIncludes(await said("help solving", 24), "3 break something");
  assertStringIncludes(await said("help solvign", 24), "Did you mean solving?");
});
