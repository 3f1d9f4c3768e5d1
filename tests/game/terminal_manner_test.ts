/** What a terminal gets, and nobody else: prompts, bars, completion, a picture. */

import {
  creditsMax,
  mapNamesMax,
  mineAttemptsMax,
  nameCharsMax,
} from "../../app/game/world/bounds.ts";
import { Conversation } from "../../app/game/talk/conversation.ts";
import { map, pictureColumns } from "../../app/game/talk/map_text.ts";
import { attemptBar, type Progress } from "../../app/game/talk/progress.ts";
import { promptFor } from "../../app/game/talk/prompt.ts";
import type { TypingHelper } from "../../app/game/mod.ts";
import { places, problemSteps, ranks } from "../../app/game/world/world.ts";
import { assert, assertEquals, assertLess, assertLessOrEqual } from "../deps.ts";
import { Seat } from "./seat.ts";
import { MemoryStore } from "./stage.ts";

Deno.test("prompts leave room for a command in 80 columns, and say the least when spoken", () => {
  for (const rank of ranks) {
    for (const place of places.keys()) {
      const status = { rank, place, coins: creditsMax };
      const remaining = problemSteps.get(rank) ?? 0;
      const problem = { rank, remaining };
      for (const columns of [80, 60, 40, 24]) {
        for (const isOffline of [false, true]) {
          const options = { status, manner: "drawn", columns, isOffline } as const;
          const prompts = [promptFor(options)];
          if (remaining > 0) prompts.push(promptFor({ ...options, problem }));
          for (const prompt of prompts) {
            assertLessOrEqual(prompt.length, Math.max(columns - 18, 25), prompt);
            assertEquals(prompt.startsWith("offline, "), isOffline);
          }
        }
      }
      if (remaining === 0) continue;
      assertEquals(promptFor({ status, problem, manner: "spoken" }), "solving>");
      assertEquals(promptFor({ status, manner: "spoken" }), ">");
      assertEquals(promptFor({ status, manner: "spoken", isOffline: true }), "offline>");
    }
  }
  const status = { rank: ranks[0], place: "5", coins: 12 };
  const problem = { rank: ranks[0], remaining: 7 };
  const inColumns = (columns: number, faced?: typeof problem) =>
    promptFor({ status, problem: faced, manner: "drawn", columns });
  for (const columns of [0, 80, 60]) {
    assertEquals(inColumns(columns), "Undergraduate, 12 coins, Gates 5th Floor>");
  }
  assertEquals(inColumns(50), "12 coins, Gates 5th Floor>");
  assertEquals(inColumns(40), "12 coins, 5>");
  assertEquals(inColumns(24), "5>");
  assertEquals(inColumns(80, problem), "Undergraduate, 12 coins, 7 of 100 steps left>");
  assertEquals(inColumns(50, problem), "12 coins, 7 of 100 left>");
  assertEquals(inColumns(30, problem), "7 left>");
  assertEquals(promptFor({ status: undefined, manner: "drawn" }), ">");
});

Deno.test("bars grow, and fit 80 columns", () => {
  assertEquals(
    attemptBar({ what: "solving", done: 0, attempts: 1 }, 0),
    "solving [....................]",
  );
  assertEquals(
    attemptBar({ what: "solving", done: 0, attempts: 1 }, 1),
    "solving [####################]",
  );
  assertEquals(
    attemptBar({ what: "mining", done: 0, attempts: 1 }, 0.5),
    "mining [##########..........]",
  );
  assertEquals(
    attemptBar({ what: "mining", done: 1, attempts: 4 }, 0),
    "mining [#####...............] 2 of 4",
  );
  for (let done = 0; done < mineAttemptsMax; done += 99) {
    assertLess(attemptBar({ what: "mining", done, attempts: mineAttemptsMax }, 0.99).length, 60);
  }
});

Deno.test("wait() shows a bar where bars are drawn, and takes it away", async () => {
  for (const manner of ["drawn", "plain", "spoken"] as const) {
    const prompts: string[] = [];
    const told: (Progress | undefined)[] = [];
    let waitedMs = 0;
    const talk = new Conversation({
      lines: {
        readLine: () => new Promise(() => {}),
        setPrompt: (prompt) => prompts.push(prompt),
        print: () => {},
      },
      isTerminal: true,
      manner,
      fast: false,
      onProgress: (progress) => told.push(progress),
      pause: (ms) => Promise.resolve(void (waitedMs += ms)),
    });
    await talk.wait(1_234, { what: "solving", done: 1, attempts: 4 });
    assertEquals(waitedMs, 1_234);
    const attempt: Progress = { what: "solving", from: 0.25, to: 0.5, ms: 1_234 };
    assertEquals(told, [attempt, undefined]);
    if (manner !== "drawn") {
      assertEquals(prompts, []);
      continue;
    }
    assertEquals([prompts[0], prompts.at(-1)], ["solving [#####...............] 2 of 4 ", ""]);
    assertEquals(new Set(prompts).size, prompts.length);
  }
});

Deno.test("the map is a picture of 80 columns at most, whoever is where", () => {
  const crowd = Array.from({ length: 99 }, (_, n) => `${n}`.padStart(nameCharsMax, "x"));
  const self = { name: crowd[0], place: "5" };
  for (const count of [0, 1, 2, 3, mapNamesMax, 99]) {
    const there = crowd.slice(0, count).map((name, n) => ({ name, away: n % 2 === 1 }));
    const byPlace = new Map(Array.from(places.keys(), (place) => [place, there]));
    const picture = map(byPlace, self, true);
    for (const line of picture) assertEquals(line.length, pictureColumns);
    assertEquals(picture.filter((line) => line.includes("(you)")).length, 1);
  }
  assertLessOrEqual(pictureColumns, 80);
  const [bob, eve] = [{ name: "Bob", away: false }, { name: "Eve", away: true }];
  const few = map(new Map([["9", [bob]], ["fence", [eve]]]), undefined, true);
  assert(few.some((line) => /^ {2}Gates 9 │ Bob +│$/.test(line)));
  assert(few.some((line) => /The Fence: Eve \(away\) ─+$/.test(line)));
});

Deno.test("Tab offers commands, and what may follow them as things stand", async () => {
  const store = new MemoryStore([["mined/Ada/Ada.000000000000000f", "7"]]);
  let helper: TypingHelper | undefined;
  const now = () => 1_000_000_000;
  const bob = await Seat.take(store, "Bob", { now });
  const ada = await Seat.take(store, "Ada", { now, onEntry: (given) => helper = given });
  const offered = async (typed: string) => (await helper!.complete(typed)).candidates.join(" ");
  assertEquals(await offered("m"), "map move mine");
  assertEquals(await offered("LEA"), "leaderboard");
  assertEquals(await offered("xyz"), "");
  assertEquals(await offered("buy "), "cpu");
  assertEquals(await offered("move "), "fence bridge 1 2 3 4 6 7 8 9");
  assertEquals(await offered("move b"), "bridge");
  assertEquals(await offered("tell b"), "Bob");
  assertEquals(await helper!.complete("tell b"), { replaces: "b", candidates: ["Bob"] });
  assertEquals(await offered("tell Bob "), "");
  assertEquals(await offered("mine "), "");
  assertEquals(helper!.hint("buy"), " HARDWARE [N]");
  assertEquals(helper!.hint("buy "), "HARDWARE [N]");
  assertEquals([helper!.hint("buy c"), helper!.hint("stats"), helper!.hint("")], ["", "", ""]);
  store.entries.set("rank/Ada/Masters", "true");
  await ada.type("inv");
  assertEquals(await offered("buy "), "cpu gpu");
  await ada.type("buy gpu 1");
  assertEquals(await offered("buy "), "cpu");
  await ada.type("buy cpu");
  assertEquals(await offered("buy "), "");
  assertEquals(await offered("read "), "syllabus");
  assertEquals(await offered("talk "), "labmate");
  await ada.type("solve");
  assertEquals(await offered("s"), "solve shop say stats sign");
  assertEquals(await offered("buy "), "");
  await bob.type("quit");
  assertEquals(await offered("tell "), "");
  await ada.leave();
});
