/** Folding deeds: the table of docs/game.md, and its laws. */

import { creditsMax } from "../../app/game/world/bounds.ts";
import { foldLedger, sumMined } from "../../app/game/state/ledger.ts";
import type { Act, Deed, End } from "../../app/game/state/records.ts";
import { hardwareFacts, type Kind, kinds } from "../../app/game/world/world.ts";
import { assert, assertEquals, fc } from "../deps.ts";

const buy = (kind: Kind, count: number, seen: number): Act => ({
  deed: "buy",
  kind,
  count,
  cost: count * hardwareFacts[kind].price,
  seen,
});
const broke = (kind: Kind): Act => ({ deed: "broke", kind });

function deed(n: number, session: string, act: Act): Deed {
  return { key: `${n}/${session}`, n, session, act };
}

const cases: [
  what: string,
  deeds: Deed[],
  mined: number,
  coins: number,
  owned: [Kind, number][],
][] = [
  ["nothing", [], 0, 0, [["cpu", 1]]],
  ["coins not spent", [], 7, 7, [["cpu", 1]]],
  ["one purchase", [deed(1, "a", buy("cpu", 3, 5))], 5, 2, [["cpu", 4]]],
  [
    "two sessions with the same coins: the first in order counts",
    [deed(1, "b", buy("cpu", 4, 5)), deed(1, "a", buy("cpu", 3, 5))],
    5,
    2,
    [["cpu", 4]],
  ],
  [
    "a void purchase uses up no coins",
    [
      deed(1, "a", buy("cpu", 3, 5)),
      deed(1, "b", buy("cpu", 4, 5)),
      deed(2, "a", buy("cpu", 2, 5)),
    ],
    5,
    0,
    [["cpu", 6]],
  ],
  [
    "coins that come later do not revive a purchase",
    [deed(1, "a", buy("cpu", 5, 5)), deed(1, "b", buy("cpu", 5, 5))],
    100,
    95,
    [["cpu", 6]],
  ],
  [
    "something breaks before a purchase in order",
    [deed(2, "a", buy("cpu", 8, 8)), deed(1, "b", broke("cpu"))],
    8,
    0,
    [["cpu", 9]],
  ],
  [
    "something breaks after a purchase in order",
    [deed(3, "b", broke("cpu")), deed(2, "a", buy("cpu", 8, 8))],
    8,
    0,
    [["cpu", 2]],
  ],
  [
    "something breaks whose purchase is void",
    [
      deed(1, "a", buy("cpu", 5, 5)),
      deed(1, "b", buy("gpu", 1, 5)),
      deed(2, "b", broke("gpu")),
    ],
    5,
    0,
    [["cpu", 6]],
  ],
  [
    "all is lost, and the library helps",
    [deed(1, "a", broke("cpu")), deed(2, "a", broke("cpu"))],
    0,
    0,
    [["cpu", 1]],
  ],
  [
    "a purchase arrives before the coins that paid for it",
    [deed(1, "a", buy("cpu", 3, 5))],
    0,
    2,
    [["cpu", 4]],
  ],
];

for (const [what, deeds, mined, coins, owned] of cases) {
  Deno.test(`foldLedger(): ${what}`, () => {
    const ledger = foldLedger(deeds, { credits: mined, given: 0 });
    assertEquals(ledger.coins, coins);
    assertEquals([...ledger.hardware].sort(), owned);
  });
}

const acts = fc.oneof(
  fc.tuple(fc.constantFrom(...kinds), fc.nat(20), fc.nat(2_000)).map(([kind, count, seen]) =>
    buy(kind, count + 1, seen)
  ),
  fc.constantFrom(...kinds).map(broke),
);
const someDeeds = fc.uniqueArray(
  fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom("a", "b", "B"), acts),
  { selector: ([n, session]) => `${n}/${session}`, maxLength: 20 },
).map((deeds) => deeds.map(([n, session, act]) => deed(n, session, act)));

Deno.test("foldLedger() gives the same whatever order the deeds arrived in", () => {
  fc.assert(fc.property(
    someDeeds.chain((deeds) =>
      fc.tuple(
        fc.constant(deeds),
        fc.shuffledSubarray(deeds, { minLength: deeds.length, maxLength: deeds.length }),
      )
    ),
    fc.nat(2_000),
    ([deeds, shuffled], mined) => {
      assertEquals(
        foldLedger(shuffled, { credits: mined, given: 0 }),
        foldLedger(deeds, { credits: mined, given: 0 }),
      );
    },
  ));
});

Deno.test("foldLedger() is never overdrawn, whichever records have arrived", () => {
  fc.assert(fc.property(someDeeds, fc.nat(2_000), (deeds, mined) => {
    const { coins, credits, hardware } = foldLedger(deeds, { credits: mined, given: 0 });
    assert(coins >= 0 && coins <= credits && credits >= mined);
    assert(hardware.size > 0 && [...hardware.values()].every((count) => count > 0));
  }));
});

Deno.test("sumMined() counts an ended session by its end, once, whether or not its key arrived", () => {
  const end = (mined: number): End => ({ mined, damage: [] });
  const mined = [{ session: "a", total: 3 }, { session: "b", total: 4 }];
  assertEquals(sumMined(mined, new Map()), 7);
  assertEquals(sumMined(mined, new Map([["a", end(5)]])), 9);
  assertEquals(sumMined(mined, new Map([["a", end(5)], ["c", end(2)]])), 11);
  assertEquals(sumMined([], new Map([["a", end(5)]])), 5);
});

Deno.test("sumMined() stops at the most that anyone can mine", () => {
  const mined = Array.from({ length: 20_000 }, (_, i) => ({ session: `${i}`, total: creditsMax }));
  assertEquals(sumMined(mined, new Map()), creditsMax);
});
