/** The rules: chances, hardware, facts. */

import {
  breaksEverything,
  type Hardware,
  libraryComputer,
  powerOf,
  withBroken,
} from "../../app/game/world/hardware.ts";
import { rollMining, rollSeconds, rollSolving } from "../../app/game/world/rules.ts";
import {
  facilities,
  hardwareFacts,
  type Kind,
  kinds,
  kindsFor,
  ranks,
} from "../../app/game/world/world.ts";
import { assert, assertEquals, assertLess, fc } from "../deps.ts";
import { seededDice } from "./stage.ts";

/** So many that one per cent of the rarest outcome is more than four standard deviations. */
const attempts = 4_000_000;
const tolerance = 0.01;

/** Asserts that the share is what it should be, within one per cent of itself. */
function assertShare(count: number, expected: number): void {
  assertLess(Math.abs(count / attempts / expected - 1), tolerance);
}

Deno.test("rollMining() fails once in ten times and else yields 1 to the power, evenly", () => {
  const dice = seededDice(1);
  const counts = new Array(11).fill(0);
  for (let i = 0; i < attempts; i++) counts[rollMining(10, dice)]++;
  assertShare(counts[0], 0.1);
  for (let coins = 1; coins <= 10; coins++) assertShare(counts[coins], 0.09);
});

Deno.test("rollMining() yields half the power on average, also of a huge one", () => {
  const dice = seededDice(2);
  const power = 16_000_000_000_000;
  let sum = 0;
  for (let i = 0; i < attempts; i++) sum += rollMining(power, dice) / power;
  assertShare(sum, 0.45);
});

Deno.test("rollSolving() breaks 3, hits 16 and debugs 1 time in 20; every kind breaks alike", () => {
  const dice = seededDice(3);
  const hardware: Hardware = new Map([["cpu", 7], ["gpu", 1], ["asic", 100]]);
  const counts = { broke: 0, hit: 0, debugging: 0 };
  const broken = new Map<Kind, number>();
  for (let i = 0; i < attempts; i++) {
    const roll = rollSolving(hardware, dice);
    counts[roll.outcome]++;
    if (roll.outcome === "hit") assertEquals(roll.power, powerOf(hardware));
    if (roll.outcome === "broke") broken.set(roll.kind, (broken.get(roll.kind) ?? 0) + 1);
  }
  assertShare(counts.broke, 3 / 20);
  assertShare(counts.hit, 16 / 20);
  assertShare(counts.debugging, 1 / 20);
  assertEquals([...broken.keys()].sort(), ["asic", "cpu", "gpu"]);
  for (const count of broken.values()) assertShare(count, 1 / 20);
});

Deno.test("rollSeconds() gives 0 to 4, evenly", () => {
  const dice = seededDice(4);
  const counts = new Array(5).fill(0);
  for (let i = 0; i < attempts; i++) counts[rollSeconds(dice)]++;
  assertEquals(counts.length, 5);
  for (const count of counts) assertShare(count, 1 / 5);
});

Deno.test("withBroken() leaves a quarter rounded down, and the library's cpu when nothing is left", () => {
  const cases: [before: [Kind, number][], kind: Kind, after: [Kind, number][]][] = [
    [[["cpu", 8]], "cpu", [["cpu", 2]]],
    [[["cpu", 7]], "cpu", [["cpu", 1]]],
    [[["cpu", 3]], "cpu", [["cpu", 1]]],
    [[["cpu", 1]], "cpu", [["cpu", 1]]],
    [[["cpu", 3], ["gpu", 1]], "cpu", [["gpu", 1]]],
    [[["gpu", 3]], "gpu", [["cpu", 1]]],
    [[["cpu", 5], ["gpu", 4]], "gpu", [["cpu", 5], ["gpu", 1]]],
    [[["cpu", 5]], "gpu", [["cpu", 5]]],
  ];
  for (const [before, kind, after] of cases) {
    assertEquals([...withBroken(new Map(before), kind)].sort(), after);
  }
});

Deno.test("breaksEverything() says when the library has to help", () => {
  const owned = fc.dictionary(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 20 }), {
    minKeys: 1,
  });
  fc.assert(fc.property(owned, (counts) => {
    const hardware = new Map(Object.entries(counts)) as Hardware;
    for (const kind of hardware.keys()) {
      const nothingLeft = hardware.size === 1 && hardware.get(kind)! < 4;
      assertEquals(breaksEverything(hardware, kind), nothingLeft);
      if (nothingLeft) assertEquals(withBroken(hardware, kind), libraryComputer());
    }
  }));
});

Deno.test("powerOf() adds up what there is electricity for, the strongest first", () => {
  assertEquals(powerOf(libraryComputer()), 1);
  const all = new Map([...kinds, ...facilities].map((kind) => [kind, 1]));
  assertEquals(powerOf(all), 11_111);
  const cases: [owned: [Kind, number][], percent: number, power: number][] = [
    [[["cpu", 5]], 0, 5],
    [[["cpu", 9]], 0, 5],
    [[["cpu", 9], ["strip", 1]], 0, 8],
    [[["cpu", 9], ["gpu", 3], ["strip", 1]], 0, 10],
    [[["cpu", 9], ["gpu", 3], ["strip", 1]], 25, 12],
    [[["cpu", 9]], -90, 1],
    [[["gpu", 1]], 0, 1],
  ];
  for (const [owned, percent, power] of cases) {
    assertEquals(powerOf(new Map(owned), percent), power, `${owned} ${percent}`);
  }
});

Deno.test("kindsFor() sells each kind from its rank on", () => {
  assertEquals(ranks.map((rank) => kindsFor(rank).length), [1, 2, 3, 4, 5, 5]);
  for (const kind of kinds) assert(kindsFor(hardwareFacts[kind].from).includes(kind));
});
