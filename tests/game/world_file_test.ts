/** World files: the built-in one, one of a page, and what is said of one that cannot be played. */

import { builtInWorld, checkWorld, playIn, WorldFileError } from "../../app/game/mod.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows, fc } from "../deps.ts";
import { loadedDice, play } from "./stage.ts";

type Json = Record<string, unknown>;

const docs = await Deno.readTextFile(new URL("../../docs/world.md", import.meta.url));
const [, island] = /```json\n(.*?)```/s.exec(docs)!;

/** What is said of the built-in world once `change` has changed it. */
function faultsAfter(change: (world: Json) => void): readonly string[] {
  const world = structuredClone(builtInWorld) as unknown as Json;
  change(world);
  return assertThrows(() => checkWorld(world), WorldFileError).faults;
}

/** The `index`-th of a list in a world. */
function at(world: Json, list: string, index: number): Json {
  return (world[list] as Json[])[index];
}

const cases: [what: string, change: (world: Json) => void, fault: string][] = [
  [
    "steps that are too few",
    (world) => (at(world, "ranks", 0).problem as Json).steps = -3,
    "ranks[0].problem.steps: found -3, allowed is a whole number from 1 to 1,000,000,000,000",
  ],
  [
    "a field that is misspelt",
    (world) => at(world, "places", 3).pirk = {},
    "places[3].pirk: found a field that is unknown (did you mean perk?), " +
    "allowed are place, title, view, ways, perk",
  ],
  [
    "a field that is missing",
    (world) => delete at(world, "places", 3).view,
    "places[3].view: found nothing, and it is needed",
  ],
  [
    "a way to nowhere",
    (world) => (at(world, "places", 0).ways as Json).west = "moon",
    'places[0].ways.west: found "moon", allowed is fence, bridge, 1, 2, 3, 4, 5, 6, 7, 8, 9',
  ],
  [
    "control characters",
    (world) => world.title = "\x1b[31mred",
    'title: found "\\u001b[31mred", allowed is a text of 1 to 200 characters in one line',
  ],
  [
    "the same place twice",
    (world) => at(world, "places", 1).place = "fence",
    'places: found the place "fence" twice, allowed is once',
  ],
  [
    "a format of another time",
    (world) => world.format = 2,
    "format: found 2, allowed is a whole number from 1 to 1",
  ],
  [
    "a last rank with a problem",
    (world) => at(world, "ranks", 5).problem = at(world, "ranks", 0).problem,
    "ranks[5].problem: found one, and the last rank has none",
  ],
  [
    "a stage that wants what there is not",
    (world) => {
      const { stages } = at(world, "ranks", 1).problem as { stages: Json[] };
      (stages[0].needs as Json).talk = "dean";
    },
    'ranks[1].problem.stages[0].needs.talk: found "dean", allowed is painter, janitor, operator, ' +
    "barista, labmate, lecturer, emeritus, sleeper, gardener",
  ],
];

for (const [what, change, fault] of cases) {
  Deno.test(`checkWorld() says where it found ${what}, and what is allowed`, () => {
    assertStringIncludes(faultsAfter(change).join("\n"), fault);
  });
}

Deno.test("checkWorld() refuses what is no world, whatever it is", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assert(assertThrows(() => checkWorld(value), WorldFileError).faults.length > 0);
  }));
});

Deno.test("checkWorld() takes the built-in world as it is, however it was written", () => {
  assertEquals(checkWorld(JSON.parse(JSON.stringify(builtInWorld))), builtInWorld);
});

Deno.test("the world in docs/world.md can be played to its end", async () => {
  playIn(checkWorld(JSON.parse(island)));
  try {
    const { said } = await play(["Ada", "look", "talk crab", "solve", "solve", "stats"], {
      dice: loadedDice(4),
    });
    assertStringIncludes(said, "The beach");
    assertStringIncludes(said, "The crab");
    assertStringIncludes(said, "Rank: Rescued");
  } finally {
    playIn(builtInWorld);
  }
});
