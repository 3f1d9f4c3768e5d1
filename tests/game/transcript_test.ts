/** The session that docs/game.md shows is played, and must come out as it stands there. */

import { keys } from "../../app/game/keys.ts";
import type { Rank } from "../../app/game/world.ts";
import { assertEquals } from "../deps.ts";
import { MemoryStore, play, seededDice } from "./stage.ts";

/** The seed that the session in the docs was played with. */
const seed = 80;

/** Plays what is typed in a transcript, and returns the transcript of that. */
async function replay(transcript: string): Promise<string> {
  const typed = [...transcript.matchAll(/^(?:solving)?> (.*)$/gm)].map(([, line]) => line);
  let screen = "";
  await play(async function* () {
    for (const line of typed) {
      while (!screen.endsWith("> ")) await undefined; // as a player would
      screen += `${line}\n`;
      yield line;
    }
  }, {
    store: new MemoryStore([["player/Bob", "true"], ["place/Bob", "fence"]]),
    dice: seededDice(seed),
    output: (text) => void (screen += text),
    isTerminal: true,
    fast: false,
    pause: () => Promise.resolve(),
  });
  return screen;
}

function readDocs(): Promise<string> {
  return Deno.readTextFile(new URL("../../docs/game.md", import.meta.url));
}

Deno.test("the session in docs/game.md is what the game says", async () => {
  const [, transcript] = /```console\n(.*?)```/s.exec(await readDocs())!;
  assertEquals(await replay(transcript), transcript);
});

Deno.test("docs/game.md has a line for every kind of key, and no other", async () => {
  const documented = [...(await readDocs()).matchAll(/^\| `([a-z]+\/[^`]*)`/gm)];
  const parts = ["<name>", "<n>", "<session>", "<rank>", "<round>"] as unknown as [
    string,
    number,
    string,
    Rank,
    number,
  ];
  const [name, n, session, rank, round] = parts;
  assertEquals(
    documented.map(([, key]) => key).sort(),
    [
      keys.player(name),
      keys.place(name),
      keys.mined(name, session),
      keys.deed(name, n, session).replace(/0+</, "<"),
      keys.rank(name, rank),
      keys.damage(rank, round, session),
      keys.risen(rank, round, name),
      keys.end(session),
    ].sort(),
  );
  assertEquals(documented.length, Object.keys(keys).length);
});
