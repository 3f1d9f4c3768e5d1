/** What problems want besides machines, courses, and what is easier where. */

import { happeningAt } from "../../app/game/world/events.ts";
import { worldEventMs } from "../../app/game/world/bounds.ts";
import { perksOf } from "../../app/game/state/perks.ts";
import { libraryComputer } from "../../app/game/world/hardware.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { company } from "./company.ts";
import { MemoryStore, play } from "./stage.ts";

const masters: [string, string][] = [
  ["rank/Ada/Masters", "true"],
  ["damage/Masters/1/Eve.0000000000000001", '{"total":800,"n":7,"at":0}'],
];

Deno.test("a problem waits for what it wants, says what that is, and goes on", async () => {
  const store = new MemoryStore(masters);
  const { said } = await play([
    ...["Ada", "solve", "solve 5", "resign", "move 6", "talk lecturer", "solve", "solve"],
    ...["resign", "move 7", "sign emeritus"],
  ], { store });
  assertStringIncludes(said, "To go on: talk lecturer at Gates 6th Floor.");
  assertEquals(said.split("To go on: talk lecturer").length, 3);
  assertStringIncludes(said, "To go on: have it signed (help signing).");
  assertStringIncludes(said, "A signature costs 150 coins, and you have 0.");
});

Deno.test("a problem goes on when what it wants is done while one faces it", async () => {
  const store = new MemoryStore([
    ...masters,
    ["mined/Ada/Ada.000000000000000f", "400"],
    ["mark/Ada/signed/Masters/Bob", "true"],
  ]);
  const { said } = await play(["Ada", "move 6", "solve", "talk lecturer", "solve"], { store });
  assertEquals(said.split("To go on: talk lecturer").length, 2);
  assertEquals(said.split("To go on").length, 2);
});

Deno.test("a player of another rank signs for nothing, and both have a mark of it", async () => {
  const { store, ada, bob } = await company();
  store.entries.set("rank/Ada/Masters", "true");
  await ada.type("stats");
  assertStringIncludes(await bob.type("sign Ada"), "on the problem of Masters");
  assertStringIncludes(await ada.lookAround(), "* Bob signs what Ada did.");
  assert(store.entries.has("mark/Ada/signed/Masters/Bob"));
  assertStringIncludes(await bob.type("titles"), "referee");
  assertStringIncludes(await ada.type("sign Bob"), "Bob has nothing that wants a signature.");
  assertStringIncludes(await ada.type("sign Ada"), "Nobody signs for themselves.");
  await bob.type("move 6");
  assertStringIncludes(await bob.type("sign Ada"), '"Ada" is not here.');
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("who faces a problem goes on as soon as somebody has signed", async () => {
  const { store, ada, bob } = await company();
  for (const [key, value] of masters) store.entries.set(key, value);
  store.entries.set("mark/Ada/met/lecturer/Masters", "true");
  await ada.type("solve");
  assertStringIncludes(await ada.type("solve"), "have it signed");
  await bob.type("sign Ada");
  assert(!(await ada.type("solve")).includes("have it signed"));
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("who signs for coins takes them once", async () => {
  const store = new MemoryStore([...masters, ["mined/Ada/Ada.000000000000000f", "400"]]);
  const { said } = await play(["Ada", "move 7", "sign emeritus", "sign emeritus", "inv"], {
    store,
  });
  assertStringIncludes(said, "That makes 150 coins.");
  assertStringIncludes(said, "It is signed already.");
  assertStringIncludes(said, "Coins: 250\n");
});

Deno.test("a title is told when it is come by, and what a problem wanted when it is done", async () => {
  const store = new MemoryStore([
    ["damage/Undergraduate/1/Eve.0000000000000001", '{"total":50,"n":7,"at":0}'],
  ]);
  const { said } = await play(
    ["Ada", "read syllabus", "solve", "resign", "move 3", "read napkin", "read napkin", "titles"],
    { store },
  );
  assertEquals(said.split("From now on they call you reader of napkins.\n").length, 2);
  assertMatch(
    said,
    /START IN PITTSBURGH\.\n.*\nThat is what your problem wanted: solve goes on with it\.\n/,
  );
  assertEquals(said.split("That is what your problem wanted").length, 2);
  // Who had the title before is not told it again.
  const again = await play(["Ada", "read syllabus"], { store });
  assert(!again.said.includes("From now on they call you"));
});

Deno.test("a course is taken once for each rank, and is for good", async () => {
  // Of the rank before, one was taken already.
  const store = new MemoryStore([...masters, ["mark/Ada/took/Undergraduate/theory", "true"]]);
  const { said } = await play(
    ["Ada", "course", "course alchemy", "course theory", "course markets", "course"],
    { store },
  );
  assertStringIncludes(said, "Of the courses for a Masters student you may take one");
  assertStringIncludes(said, 'There is no course called "alchemy"');
  assertStringIncludes(said, "From now on, your machines take 55% more steps.");
  assert(!store.entries.has("mark/Ada/took/Masters/markets"));
  // Two windows take one each: the first that the world lists counts.
  store.entries.set("mark/Ada/took/Masters/machines", "true");
  const again = await play(["Ada", "course"], { store });
  assertStringIncludes(again.said, "You took 15-440");
  assert(!again.said.includes("You took 15-855"));
});

Deno.test("what happens to everybody is the same for all who ask, and not all the time", () => {
  const slots = Array.from({ length: 3_000 }, (_, slot) => happeningAt(1, slot * worldEventMs));
  assertEquals(slots[0], undefined);
  const share = slots.filter((each) => each !== undefined).length / slots.length;
  assert(share > 0.6 && share < 0.73, `${share}`);
  const kinds = new Set(slots.map((each) => each?.event.event));
  assertEquals(kinds.size, 10);
  // Players with programs of two versions see the same, so it stays as it is.
  const begun = slots.slice(0, 6).map((each) => each?.event.event);
  assertEquals(begun, [undefined, undefined, "frost", "frost", "carnival", "sale"]);
  const [here, later] = [happeningAt(1, 600_000), happeningAt(1, 600_001)];
  assertEquals(here?.event, later?.event);
});

Deno.test("perksOf() adds up place, event, course, machine hall, careers and companions", () => {
  const marks = {
    ...{ read: new Set<string>(), met: new Set<string>(), signed: new Set<string>() },
    ...{ gave: new Set<string>(), took: new Set(["Masters/theory"]) },
  };
  const event = { event: "x", begins: "", ends: "", place: "6", perk: { steps: 7 } };
  const hardware = new Map([...libraryComputer(), ["fan", 1]]);
  const at = (place: string) =>
    perksOf({ place, hardware, marks }, { event, retirements: 9, companions: 2 });
  assertEquals([at("6").steps, at("5").steps], [10 + 7 + 55 + 10, 55 + 10]);
  assertEquals([at("6").breaks, at("2").breaks], [1, 2]);
  assertEquals([at("5").supply, at("9").supply], [15, 25]);
});

Deno.test("hidden things are read by those who know of them", async () => {
  const { said } = await play(["Ada", "move bridge", "look", "read brick", "read moon", "titles"]);
  assertStringIncludes(said, "To read: plaque.\n");
  assertStringIncludes(said, "Behind the loose brick is a note");
  assertStringIncludes(said, 'You find no "moon" to read.');
  assertStringIncludes(said, "reader of napkins");
});
