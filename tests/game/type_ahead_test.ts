/** What is typed before it is asked for: lines that wait for their turn, and Enter, which stops a wait. */

import { typedAheadLinesMax, typedCharsMax } from "../../app/game/world/bounds.ts";
import { pause } from "../../app/cli/pause.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { conversation, turn } from "./keyboard.ts";
import { MemoryStore, play } from "./stage.ts";

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

Deno.test("a rise that is told in the middle of an attempt ends the attempts", async () => {
  const store = new MemoryStore();
  let attempts = 0;
  let said = "";
  const lines = async function* () {
    yield* ["Ada", "solve", "solve 9", "stats"];
    // The end of the input would end the attempt.
    while (!said.includes("Masters, 0 coins")) await pause(0);
  };
  await play(lines, {
    store,
    isTerminal: true,
    fast: false,
    dice: { whole: (low, high) => high === 4 ? 4 : low },
    output: (text) => void (said += text),
    pause: async (ms, signal) => {
      if (ms !== 4_000) return await pause(0, signal);
      attempts++;
      store.entries.set("rank/Ada/Masters", "true");
      while (!said.includes("Rank: Masters") && !signal?.aborted) await pause(0);
    },
  });
  assertEquals(attempts, 1);
  assertStringIncludes(said, "You are now a Masters student.");
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

Deno.test("who types ahead of several attempts hears once that the line waits, and what ends them", async () => {
  const { talk, keyboard, said, pauses } = conversation({ isTerminal: true, manner: "spoken" });
  const attempt = async (done: number, line: string) => {
    const waiting = talk.wait(1_000, { what: "mining", done, attempts: 3 });
    keyboard.type(line);
    await turn();
    pauses.at(-1)!.end();
    await waiting;
  };
  await attempt(0, "go east");
  await attempt(1, "shop");
  assertEquals(said, ['"go east" waits its turn. Enter stops the mining.\n']);
  for (const line of ["go east", "shop"]) assertEquals(await talk.ask(">"), line);
  // The last one is over in a moment.
  await attempt(2, "go west");
  assertEquals(said.filter((line) => line.includes("waits")).length, 1);
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

Deno.test("what only looks, reads or speaks does not wait for mining; what earns or costs does", async () => {
  const typed = async function* (heard: () => string) {
    yield* ["Ada", "mine 2", "say hello", "buy cpu", "'hm", "i"];
    for (let said = ""; !said.includes("That makes"); said += heard()) await pause(0);
  };
  const said = await play(typed, {
    isTerminal: true,
    fast: false,
    // Four seconds, and a coin.
    dice: { whole: (_low, high) => high },
    pause: (_ms, signal) => pause(0, signal),
  }).then(({ said }) => said);
  const at = (text: string) => {
    assertStringIncludes(said, text);
    return said.indexOf(text);
  };
  const [hello, hm, inventory] = [at("You say: hello"), at("You say: hm"), at("Electricity: 100")];
  const mined = at("That makes 2 coins.");
  for (const early of [hello, hm, inventory]) assert(early < mined, said);
  assert(at("You buy 2 Xeon CPUs") > mined, said);
});

Deno.test("wait() ends only when what was done meanwhile is done", async () => {
  const { talk, keyboard, pauses } = conversation({ isTerminal: true });
  const done = Promise.withResolvers<void>();
  const interject = (line: string) => line === "look" ? () => done.promise : undefined;
  let isOver = false;
  const waited = talk.wait(1_000, undefined, interject).then(() => isOver = true);
  keyboard.type("look");
  await turn();
  keyboard.type("stats");
  await turn();
  pauses.at(-1)!.end();
  await turn();
  assertEquals(isOver, false);
  done.resolve();
  await waited;
  assertEquals(await talk.ask(">"), "stats");
});

Deno.test("quit ends the game after the attempt under way, or behind the lines before it", async () => {
  for (const [before, attempts] of [[[], 1], [["buy cpu"], 20]] as const) {
    let waits = 0;
    // The input does not end: that would stop the mining, too.
    const typed = async function* (heard: () => string) {
      yield* ["Ada", "mine 20", ...before, "quit"];
      for (let said = ""; !said.includes("hum on"); said += heard()) await pause(0);
    };
    const { said } = await play(typed, {
      isTerminal: true,
      fast: false,
      dice: { whole: (_low, high) => high },
      pause: async (ms, signal) => {
        if (ms === 4_000) waits++;
        await pause(0, signal);
      },
    });
    assertEquals(waits, attempts);
    assertEquals(said.includes("You buy 4 Xeon CPUs"), before.length > 0);
    assert(said.endsWith("hum on without you.\n"), said);
  }
});
