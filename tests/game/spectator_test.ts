/** Watching without being there. */

import { pollIntervalMs } from "../../app/game/world/bounds.ts";
import { pause } from "../../app/cli/pause.ts";
import { type Lines, watchGame } from "../../app/game/mod.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { Seat } from "./seat.ts";
import { MemoryStore } from "./stage.ts";

const now = () => 1_000_000_000;

/** Somebody who watches `store`; `look` lets the next look pass. */
function spectator(store: MemoryStore, isTerminal: boolean) {
  const stopping = new AbortController();
  const watcher = {
    said: "",
    answer: (_line: string | undefined) => {},
    look: () => {},
    looked: Promise.withResolvers<void>(),
    asked: Promise.withResolvers<void>(),
    stop: () => stopping.abort(),
  };
  const lines: Lines = {
    readLine() {
      watcher.asked.resolve();
      return new Promise((resolve) => watcher.answer = resolve);
    },
    setPrompt: () => {},
    print: (lines) => void (watcher.said += lines),
  };
  const ended = watchGame({
    // By its type it cannot write.
    store: { get: (key) => store.get(key), list: (prefix) => store.list(prefix) },
    environment: { now, monotonicMs: now },
    lines,
    isTerminal,
    manner: isTerminal ? "drawn" : "plain",
    fast: false,
    stop: stopping.signal,
    pause(ms, signal) {
      if (ms !== pollIntervalMs) return pause(0, signal);
      watcher.looked.resolve();
      return new Promise((resolve) => {
        watcher.look = resolve;
        signal?.addEventListener("abort", () => resolve());
      });
    },
  });
  const lookAround = async () => {
    await watcher.looked.promise;
    watcher.looked = Promise.withResolvers();
    watcher.look();
    await watcher.looked.promise;
  };
  return { watcher, ended, lookAround };
}

Deno.test("a spectator in a pipe sees what happens anywhere, until stopped, and writes nothing", async () => {
  const store = new MemoryStore();
  const ada = await Seat.take(store, "Ada", { now });
  const { watcher, ended, lookAround } = spectator(store, false);
  await lookAround();
  assertStringIncludes(watcher.said, "Ada, Undergraduate, Gates 5th Floor\n");
  watcher.said = "";
  const before = store.entries.size;
  await lookAround();
  assertEquals([watcher.said, store.entries.size], ["", before]);
  // All in the same millisecond, and the record of the later place stands before the other.
  await ada.type("move 3");
  await ada.type("say \x1b[31mhi");
  await ada.type("tell Ada psst");
  await ada.type("quit");
  await lookAround();
  assertEquals(
    watcher.said,
    [
      "Gates 5th Floor: Ada leaves for Gates 3rd Floor.",
      "Gates 3rd Floor: Ada says: \\u{1b}[31mhi",
      "Gates 3rd Floor: Ada goes home.\n",
    ].join("\n"),
  );
  watcher.stop();
  assertEquals(await ended, 0);
});

Deno.test("a spectator at a terminal can ask who, map, leaderboard and help, and leave", async () => {
  const store = new MemoryStore([["mined/Ada/Ada.000000000000000f", "7"]]);
  const ada = await Seat.take(store, "Ada", { now });
  const { watcher, ended, lookAround } = spectator(store, true);
  await lookAround();
  const typed = async (line: string) => {
    watcher.said = "";
    watcher.asked = Promise.withResolvers();
    watcher.answer(line);
    await watcher.asked.promise;
    return watcher.said;
  };
  assertStringIncludes(await typed("who"), "Ada, Undergraduate, Gates 5th Floor\n");
  assertStringIncludes(await typed("MAP"), "│ Ada ");
  assertStringIncludes(await typed("leaderboard"), "1.  Ada  Undergraduate  7 coins mined\n");
  assertStringIncludes(await typed("help"), "stop watching");
  assertEquals(await typed(""), "");
  assertStringIncludes(await typed("mpa"), "Did you mean map?");
  assertStringIncludes(await typed("mine"), "means nothing here");
  store.failures = 100;
  assertStringIncludes(await typed("map"), "The network is having a moment");
  store.failures = 0;
  assert(!watcher.said.includes("noted"));
  watcher.answer("quit");
  assertEquals(await ended, 0);
  await ada.leave();
});

Deno.test("a spectator is shown the leaderboard of the term that is played", async () => {
  const store = new MemoryStore([
    ["term/now", JSON.stringify({ term: 2, at: now() })],
    ["mined/Ada/Ada.000000000000000f", "7"],
    ["term/2/mined/Bob/Bob.000000000000000f", "3"],
  ]);
  const { watcher, ended, lookAround } = spectator(store, true);
  await lookAround();
  watcher.said = "";
  watcher.asked = Promise.withResolvers();
  watcher.answer("leaderboard");
  await watcher.asked.promise;
  assertStringIncludes(watcher.said, "1.  Bob  Undergraduate  3 coins mined\n");
  assert(!watcher.said.includes("Ada"));
  watcher.answer("quit");
  assertEquals(await ended, 0);
});

Deno.test("a spectator whose store refuses to answer is told why, and a bug is thrown", async () => {
  const store = new MemoryStore();
  const { watcher, ended, lookAround } = spectator(store, false);
  await lookAround();
  store.failures = 1;
  await lookAround();
  store.list = () => Promise.reject(new Error("no"));
  watcher.look();
  assertEquals(await ended.catch((error) => error.message), "no");
});
