/** The order of the players, and what of it is shown. */

import { assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { loadedDice, MemoryStore, play } from "./stage.ts";

Deno.test("leaderboard orders by rank, then by coins mined, and skips what makes no sense", async () => {
  const store = new MemoryStore([
    ["mined/Bob/Bob.0000000000000001", "500"],
    ["mined/Bob/Bob.0000000000000002", "7"],
    ["end/Bob.0000000000000002", '{"mined":10,"damage":[]}'],
    ["mined/Eve/Eve.0000000000000001", "20"],
    ["rank/Eve/Masters", "true"],
    ["rank/Zed/PhD", "true"],
    ["mined/Ada/Ada.0000000000000001", "3"],
    ["mined/\x1b/\x1b.0000000000000001", "3"],
    ["rank/Zed/Emperor", "true"],
    ["rank/\u202e/PhD", "true"],
  ]);
  const { said } = await play(["Ada", "leaderboard"], { store });
  assertStringIncludes(
    said,
    [
      "  1.  Zed        PhD            0 coins mined",
      "  2.  Eve        Masters        20 coins mined",
      "  3.  Bob        Undergraduate  510 coins mined",
      "  4.  Ada (you)  Undergraduate  3 coins mined",
      "(3 records in the store made no sense and were skipped.)\n",
    ].join("\n"),
  );
});

Deno.test("leaderboard names the best, and oneself", async () => {
  const store = new MemoryStore();
  for (let n = 1; n <= 100; n++) store.entries.set(`mined/P${n}/P${n}.0000000000000001`, `${n}`);
  const { said } = await play(["Ada", "leaderboard", "mine"], { store, dice: loadedDice(10, 1) });
  assertEquals(said.match(/coins mined/g)!.length, 10);
  store.entries.set("mined/Ada/Ada.000000000000000f", "5");
  const after = (await play(["Ada", "leaderboard"], { store })).said;
  assertMatch(after, / {2}95\. {2}Ada \(you\) {2}Undergraduate {2}6 coins mined/);
  assertEquals(after.match(/coins mined/g)!.length, 11);
  assertStringIncludes((await play(["Ada", "leaderboard"])).said, "Nobody has mined a coin yet.");
});
