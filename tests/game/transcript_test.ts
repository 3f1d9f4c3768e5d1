/** The session that docs/game.md shows is played, and must come out as it stands there. */

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
  });
  return screen;
}

Deno.test("the session in docs/game.md is what the game says", async () => {
  const docs = await Deno.readTextFile(new URL("../../docs/game.md", import.meta.url));
  const [, transcript] = /```console\n(.*?)```/s.exec(docs)!;
  assertEquals(await replay(transcript), transcript);
});
