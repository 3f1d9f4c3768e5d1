/** Lines in, sentences out: pauses, Enter, the end of input, and what a terminal may be sent. */

import { storyPauseMs } from "../../app/game/bounds.ts";
import { Conversation } from "../../app/game/conversation.ts";
import { paint, pause } from "../../app/game/terminal.ts";
import { beginning, problemOf, riseTo } from "../../app/game/story.ts";
import * as text from "../../app/game/text.ts";
import { assert, assertEquals, assertLessOrEqual } from "../deps.ts";
import { loadedDice, play } from "./stage.ts";

/** Input that is typed by the test, line by line. */
class Keyboard implements AsyncIterable<string> {
  readonly #waiting: ((line: IteratorResult<string>) => void)[] = [];

  type(line: string): void {
    this.#waiting.shift()!({ done: false, value: line });
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return { next: () => new Promise((resolve) => this.#waiting.push(resolve)) };
  }
}

function conversation(options: { isTerminal: boolean; fast?: boolean }) {
  const keyboard = new Keyboard();
  const said: string[] = [];
  const pauses: { ms: number; end: () => void; signal?: AbortSignal }[] = [];
  const talk = new Conversation({
    input: keyboard,
    output: (text) => said.push(text),
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
  const told = talk.tell(["one", "two"]);
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
  const told = talk.tell(["one", "two", "three"]);
  await turn();
  keyboard.type("");
  await turn();
  assertEquals(said, ["one\n", "two\n"]);
  assert(pauses[0].signal!.aborted);
  keyboard.type("");
  await told;
  assertEquals(said.length, 3);
});

Deno.test("tell() keeps a line that is more than Enter for the next question", async () => {
  const { talk, said, keyboard } = conversation({ isTerminal: true });
  const told = talk.tell(["one", "two", "three"]);
  await turn();
  keyboard.type("stats");
  await told;
  assertEquals(said.length, 3);
  assertEquals(await talk.ask(">"), "stats");
});

Deno.test("ask() gets the line that was typed after a pause has run out", async () => {
  const { talk, pauses, keyboard } = conversation({ isTerminal: true });
  const told = talk.tell(["one", "two"]);
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
    await talk.tell(["one", "two"]);
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
  assertEquals(waited, [4_000]);
  assert(slow.said.includes("You find 1 coin, after 4 seconds.\nNothing but heat.\n"));
  await play(["Ada", "mine"], { ...options, dice: loadedDice(10, 1) });
  assertEquals(waited.length, 1);
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

Deno.test("paint() resets what it set, and leaves plain lines plain", () => {
  assertEquals(paint("plain", "line"), "line");
  for (const tone of ["story", "trouble", "prompt"] as const) {
    const painted = paint(tone, "line");
    assert(painted.startsWith("\x1b[") && painted.endsWith("line\x1b[0m"));
  }
});

Deno.test("stories and help fit 80 columns", () => {
  const stories = [beginning, ...problemOf.values(), ...riseTo.values()];
  for (const line of [...stories, text.help.field, text.help.battle].flat()) {
    assertLessOrEqual(line.length, 80, line);
  }
});
