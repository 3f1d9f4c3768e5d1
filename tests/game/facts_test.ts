/** The facts of the game's world, as literals: in the tables of world.ts, and in those of the docs. */

import { fieldCommands } from "../../app/game/talk/commands.ts";
import { libraryComputer } from "../../app/game/world/hardware.ts";
import {
  firstPlace,
  hardwareFacts,
  kinds,
  kindsFor,
  places,
  problemSteps,
  rankAfter,
  ranks,
} from "../../app/game/world/world.ts";
import { assertEquals } from "../deps.ts";

const rankFacts: [rank: string, steps: number | undefined, sold: string | undefined][] = [
  ["Undergraduate", 100, "cpu"],
  ["Masters", 1_000, "gpu"],
  ["PhD", 10_000, "asic"],
  ["PostDoc", 500_000, "quantum"],
  ["Professor", 10_000_000, "dark_matter"],
  ["Retired", undefined, undefined],
];

const shop: [kind: string, title: string, price: number, power: number, from: string][] = [
  ["cpu", "Xeon CPUs", 1, 1, "Undergraduate"],
  ["gpu", "Nvidia GPUs", 5, 10, "Masters"],
  ["asic", "Bitcoin ASICs", 25, 100, "PhD"],
  ["quantum", "Quantum Processors", 125, 1_000, "PostDoc"],
  ["dark_matter", "Dark Matter Processors", 625, 10_000, "Professor"],
];

const placeTitles = {
  fence: "The Fence",
  bridge: "Randy Pausch Bridge",
  1: "Gates 1st Floor",
  2: "Gates 2nd Floor",
  3: "Gates 3rd Floor",
  4: "Gates 4th Floor",
  5: "Gates 5th Floor",
  6: "Gates 6th Floor",
  7: "Gates 7th Floor",
  8: "Gates 8th Floor",
  9: "Gates 9th Floor",
};

Deno.test("the ranks and the steps of their problems are these", () => {
  assertEquals([...ranks], rankFacts.map(([rank]) => rank));
  for (const [index, rank] of ranks.entries()) {
    assertEquals(problemSteps.get(rank), rankFacts[index][1]);
    assertEquals(rankAfter(rank), ranks[index + 1]);
  }
});

Deno.test("the hardware, its prices and powers are these", () => {
  const found = kinds.map((kind) => {
    const { title, price, power, from } = hardwareFacts[kind];
    return [kind, title, price, power, from];
  });
  assertEquals(found, shop);
  assertEquals(kindsFor("Retired"), kindsFor("Professor"));
});

Deno.test("the places are these, and a student starts on the 5th floor with one cpu", () => {
  const expected = new Map(Object.entries(placeTitles));
  assertEquals(new Map(places), expected);
  assertEquals(places.get(firstPlace), "Gates 5th Floor");
  assertEquals([...libraryComputer()], [["cpu", 1]]);
});

/** The rows of the table in docs/game.md whose first heading is `heading`, without their padding. */
async function readTable(heading: string): Promise<string[][]> {
  const docs = await Deno.readTextFile(new URL("../../docs/game.md", import.meta.url));
  const lines = docs.split("\n");
  const start = lines.findIndex((line) => new RegExp(`^\\| ${heading} +\\|`).test(line)) + 2;
  const end = lines.findIndex((line, at) => at >= start && !line.startsWith("|"));
  return lines.slice(start, end).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
}

Deno.test("docs/game.md has these ranks, steps, prices and powers", async () => {
  const number = (value: number) => value.toLocaleString("en-US");
  const expected = rankFacts.map(([rank, steps, sold]) => {
    const [kind, title, price, power] = shop.find(([kind]) => kind === sold) ?? [];
    const coins = price === 1 ? "1 coin" : `${price} coins`;
    return [
      rank,
      steps === undefined ? "-" : number(steps),
      kind === undefined ? "-" : `\`${kind}\`, ${title}: ${coins}, power ${number(power!)}`,
    ];
  });
  assertEquals(await readTable("rank"), expected);
});

Deno.test("docs/game.md has a line for every command of the field", async () => {
  const commands = (await readTable("command")).map(([usage]) => /^`([a-z]+)/.exec(usage)![1]);
  assertEquals(commands.toSorted(), [...fieldCommands].toSorted());
});
