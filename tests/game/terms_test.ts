/** Terms: everybody begins anew, and what was before stays. */

import { termFrom } from "../../app/game/state/term.ts";
import { TermStore } from "../../app/game/state/term_store.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { MemoryStore, numberedEnvironment, play } from "./stage.ts";

const dayMs = 86_400_000;

Deno.test("termFrom() counts on from the term that the record names", () => {
  const record = JSON.stringify({ term: 3, at: 1_000 });
  const cases: [nowMs: number, term: number][] = [
    ...[[1_000, 3], [1_000 + 28 * dayMs - 1, 3], [1_000 + 28 * dayMs, 4]] as [number, number][],
    ...[[1_000 + 100 * 28 * dayMs, 103], [0, 3]] as [number, number][],
  ];
  for (const [nowMs, number] of cases) assertEquals(termFrom(record, nowMs)?.number, number);
  for (const value of ["", "1", "{}", '{"term":0,"at":1}', '{"term":1}', '{"term":1,"at":0.5}']) {
    assertEquals(termFrom(value, 0), undefined, value);
  }
});

Deno.test("a term ends in the middle of the game, and the next one begins from the beginning", async () => {
  const environment = numberedEnvironment();
  const { said, store } = await play(function* () {
    yield "Ada";
    yield "mine 20";
    yield "give Bob 1";
    environment.ms += 28 * dayMs;
    yield "inv";
    yield "inv";
    yield "titles";
    yield "fame";
    yield "events";
    yield "mine 9";
  }, { environment, store: new MemoryStore([["player/Bob", "true"]]) });
  assertStringIncludes(said, "Term 1 is over.");
  assertStringIncludes(
    said,
    "The hall of fame, term 1:\n  1.  Ada (you)  Undergraduate  17 coins mined\n",
  );
  assertStringIncludes(said, "It is a new term, and you begin again.");
  assertStringIncludes(said, "Coins: 0\nXeon CPUs: 1\n");
  assertStringIncludes(said, "alumnus");
  assertStringIncludes(said, "Term 1: Undergraduate, 17 coins mined\n");
  assertStringIncludes(said, "It is term 2; it goes on for 28 days.");
  const keys = [...store.entries.keys()];
  assert(keys.some((key) => key.startsWith("term/2/mined/Ada/")));
  assertEquals(keys.filter((key) => key.startsWith("mined/")).length, 1);
  assertEquals(store.entries.get("career/Ada/1"), '{"rank":"Undergraduate","mined":17}');
});

Deno.test("who was away for a term has no part in it, and finds the way back", async () => {
  const environment = numberedEnvironment();
  const store = new MemoryStore();
  await play(["Ada", "mine 3"], { environment, store });
  environment.ms += 2 * 28 * dayMs;
  const { said } = await play(["Ada", "titles", "fame 2", "fame 1", "fame 9"], {
    environment,
    store,
  });
  assertStringIncludes(said, "Term 1: Undergraduate, 2 coins mined\n");
  assert(!said.includes("Term 2: "));
  assertStringIncludes(said, "The hall of fame, term 2:\nNobody has mined a coin yet.");
  assertStringIncludes(said, "say 1 to 2.");
});

Deno.test("to have retired makes later terms easier", async () => {
  const store = new MemoryStore([
    ["player/Ada", "true"],
    ["term/now", '{"term":2,"at":1000000}'],
    ["rank/Ada/Retired", "true"],
    ["mined/Ada/Ada.000000000000000f", "7"],
  ]);
  const { said } = await play(["Ada", "inv"], { store });
  assertStringIncludes(said, "For each time you retired, up to 3: there is 5% more electricity.");
  assertStringIncludes(said, "Electricity: 100 of 525 W in use\n");
});

Deno.test("TermStore shows the keys of its term, and those of no term as they are", async () => {
  const store = new MemoryStore();
  const [first, second] = [new TermStore(store), new TermStore(store, 2)];
  await first.put("mined/Ada/x", "1");
  await second.put("mined/Ada/x", "2");
  await second.put("place/Ada", "6");
  assertEquals([...store.entries.keys()], ["mined/Ada/x", "term/2/mined/Ada/x", "place/Ada"]);
  assertEquals([await first.get("mined/Ada/x"), await second.get("mined/Ada/x")], ["1", "2"]);
  assertEquals(await second.list("mined/"), new Map([["mined/Ada/x", "2"]]));
  assertEquals(await first.list("place/"), await second.list("place/"));
});
