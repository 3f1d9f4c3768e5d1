/** What purchases cost, and what they come to, however many there were. */

import { parseCheckpoint } from "../../app/game/state/chapters.ts";
import { keys } from "../../app/game/state/keys.ts";
import { assert, assertEquals, assertLess, assertStringIncludes } from "../deps.ts";
import { MemoryStore, play } from "./stage.ts";

/** A store that counts the entries that it lists. */
class ListingStore extends MemoryStore {
  listed = 0;

  override async list(prefix: string) {
    const entries = await super.list(prefix);
    if (prefix.startsWith("deed/")) this.listed += entries.size;
    return entries;
  }
}

const purchases = 1_000;

Deno.test(`the ${purchases}th purchase reads no more than the 20th`, async () => {
  const store = new ListingStore([["mined/Ada/Ada.000000000000000f", "1000000"]]);
  const read: number[] = [];
  const { said } = await play(function* () {
    yield "Ada";
    for (let done = 0; done < purchases; done++) {
      store.listed = 0;
      yield "buy cpu 1";
      read.push(store.listed);
    }
    yield "inv";
  }, { store });
  // Both readings of one purchase, of two chapters at most and a half.
  for (const listed of read) assertLess(listed, 60);
  assertStringIncludes(said, `Coins: ${(1_000_000 - purchases).toLocaleString("en-US")}\n`);
  assertStringIncludes(said, "Xeon CPUs: 1,001 (5 of them running)\n");
  const { said: later } = await play(["Ada", "inv"], { store });
  assertStringIncludes(later, "Xeon CPUs: 1,001 (5 of them running)\n");
});

Deno.test("a checkpoint that makes no sense is skipped, and all deeds are read", async () => {
  const store = new MemoryStore([["mined/Ada/Ada.000000000000000f", "100"]]);
  await play(["Ada", ...Array.from({ length: 30 }, () => "buy cpu 1")], { store });
  const fold = store.entries.get(keys.fold("Ada"))!;
  assert(parseCheckpoint(fold) !== undefined);
  for (const hostile of ["", "{}", "[1]", fold.replace("cpu", "abacus"), `${fold}x`]) {
    assertEquals(parseCheckpoint(hostile), undefined, hostile);
    store.entries.set(keys.fold("Ada"), hostile);
    const { said } = await play(["Ada", "inv", "stats"], { store });
    assertStringIncludes(said, "Coins: 70\nXeon CPUs: 31 (5 of them running)\n");
    assertStringIncludes(said, "(1 record in the store made no sense and was skipped.)");
  }
});

Deno.test("nobody has two of what machines stand in, and a second one costs nothing", async () => {
  const strip = JSON.stringify({ deed: "buy", kind: "strip", count: 1, cost: 20, seen: 100 });
  const store = new MemoryStore([
    ["mined/Ada/Ada.000000000000000f", "100"],
    [keys.deed("Ada", 1, "Ada.000000000000000e"), strip],
    [keys.deed("Ada", 1, "Ada.000000000000000f"), strip],
  ]);
  const { said } = await play(["Ada", "inv", "buy strip"], { store });
  assertStringIncludes(said, "Coins: 80\n");
  assertStringIncludes(said, "Electricity: 100 of 800 W in use\n");
  assertStringIncludes(said, "You have a power strip already");
});

Deno.test("a discount is less than the price, and no record can make it a gift", async () => {
  const cheap = (cost: number) =>
    JSON.stringify({ deed: "buy", kind: "strip", count: 1, cost, seen: 100 });
  for (const [cost, watts] of [[1, 500], [2, 800], [15, 800], [40, 800], [41, 500]]) {
    const store = new MemoryStore([
      ["mined/Ada/Ada.000000000000000f", "100"],
      [keys.deed("Ada", 1, "Ada.000000000000000e"), cheap(cost)],
    ]);
    const { said } = await play(["Ada", "inv"], { store });
    assertStringIncludes(said, `of ${watts} W in use`, `${cost}`);
  }
});

Deno.test("what is bought where and when it is cheaper costs less, and says so", async () => {
  const store = new MemoryStore([["mined/Ada/Ada.000000000000000f", "100"]]);
  const { said } = await play(["Ada", "move 1", "shop", "buy strip", "inv", "move 5", "buy fan"], {
    store,
  });
  assertStringIncludes(said, "Prices are 10% lower for you here and now.");
  assertStringIncludes(
    said,
    "You buy a power strip for 18 coins.\nThat brings 300 W.\n",
  );
  assertStringIncludes(said, "Coins: 82\n");
  assertStringIncludes(said, "only at Gates 1st Floor.");
});
