/** What is said of attempts at mining, and what they come to. */

import type { Dice } from "../../app/game/mod.ts";
import { assertStringIncludes } from "../deps.ts";
import { MemoryStore, play } from "./stage.ts";

const gift: [key: string, value: string] = [
  "coin/Ada/in/Bob.0000000000000001/1",
  '{"to":"Ada","as":"gift","coins":5}',
];

/** Dice with which each attempt finds one coin; before the second one Bob gives five. */
function diceWithGift(store: MemoryStore): Dice {
  let finds = 0;
  return {
    whole(low, high) {
      if (high !== 10) return low;
      if (++finds === 2) store.entries.set(...gift);
      return high;
    },
  };
}

Deno.test("coins that are given while somebody mines are in what there is now", async () => {
  const store = new MemoryStore();
  const { said } = await play(["Ada", "mine 3", "inv"], { store, dice: diceWithGift(store) });
  assertStringIncludes(said, "That makes 3 coins. You have 8 now.\nCoins: 8\n");
});

Deno.test("whoever leaves in the middle of mining hears what it came to", async () => {
  const stopping = new AbortController();
  let finds = 0;
  const dice: Dice = {
    whole(low, high) {
      if (high === 10 && ++finds === 2) stopping.abort();
      return high === 10 ? high : low;
    },
  };
  const { said } = await play(["Ada", "mine 9"], { dice, stop: stopping.signal });
  assertStringIncludes(said, "That makes 2 coins. You have 2 now.\n");
});
