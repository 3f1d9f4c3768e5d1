/** Rounds of a problem: what is left, which is in play, who rises. */

import { roundMax, roundsAheadMax } from "../../app/game/world/bounds.ts";
import type { Damage, End, Hits } from "../../app/game/state/records.ts";
import {
  currentRound,
  dueSettlements,
  nextHit,
  reachedRounds,
  remainingSteps,
  type Round,
  type Rounds,
  tallyRounds,
} from "../../app/game/state/rounds.ts";
import { assertEquals, fc } from "../deps.ts";

const rank = "Undergraduate"; // 100 steps
const session = (name: string) => `${name}.0123456789abcdef`;

function round(...hits: [name: string, total: number, n?: number, at?: number][]): Round {
  return new Map(hits.map(([name, total, n = 1, at = 0]) => [session(name), { total, n, at }]));
}

Deno.test("remainingSteps() is the steps less all damage, and never negative", () => {
  fc.assert(fc.property(fc.array(fc.nat(60)), (totals) => {
    const hits = round(...totals.map((total, i): [string, number] => [`p${i}`, total]));
    const sum = totals.reduce((a, b) => a + b, 0);
    assertEquals(remainingSteps(rank, hits), Math.max(0, 100 - sum));
  }));
  assertEquals(remainingSteps(rank), 100);
});

Deno.test("currentRound() is the last that anyone has hit, or the one after when it is over", () => {
  const cases: [rounds: [number, Round][], current: number][] = [
    [[], 1],
    [[[1, round(["Ada", 99])]], 1],
    [[[1, round(["Ada", 100])]], 2],
    [[[1, round(["Ada", 60], ["Bob", 60])]], 2],
    [[[1, round(["Ada", 60])], [2, round(["Bob", 1])]], 2],
    [[[3, round(["Bob", 100])], [1, round(["Ada", 60])]], 4],
  ];
  for (const [rounds, current] of cases) {
    assertEquals(currentRound(rank, new Map(rounds)), current);
  }
});

Deno.test("currentRound() ends with the last number there is, in which every hit finishes", () => {
  assertEquals(currentRound(rank, new Map([[roundMax, round(["Ada", 100])]])), roundMax);
});

Deno.test("reachedRounds() leaves out what is too far ahead of all before it", () => {
  const hit = round(["Ada", 1], ["Bob", 1]);
  const ahead = roundsAheadMax;
  const cases: [known: number[], reached: number[]][] = [
    [[], []],
    [[1, 2, 3], [1, 2, 3]],
    [[3, 2, 1], [3, 2, 1]],
    [[ahead], [ahead]],
    [[ahead + 1], []],
    [[1, ahead + 1], [1, ahead + 1]],
    [[1, ahead + 2], [1]],
    [[2 * ahead, 1, ahead], [2 * ahead, 1, ahead]],
    [[roundMax, 1, 2], [1, 2]],
  ];
  for (const [known, expected] of cases) {
    const { reached, skipped } = reachedRounds(new Map(known.map((number) => [number, hit])));
    assertEquals([...reached.keys()], expected);
    assertEquals(skipped, 2 * (known.length - expected.length));
  }
});

Deno.test("nextHit() is one more than any hit seen", () => {
  assertEquals(nextHit(), 1);
  assertEquals(nextHit(round(["Ada", 5, 3], ["Bob", 50, 7])), 8);
});

Deno.test("tallyRounds() lets an end stand for the keys of its session", () => {
  const hits = (total: number): Hits => ({ total, n: 1, at: 0 });
  const damage = (number: number, name: string, total: number) => ({
    rank: rank as Damage["rank"],
    round: number,
    session: session(name),
    hits: hits(total),
  });
  const end: End = {
    mined: 0,
    damage: [{ rank, round: 1, hits: hits(30) }, { rank: "PhD", round: 1, hits: hits(5) }],
  };
  const rounds = tallyRounds(
    rank,
    [damage(1, "Ada", 20), damage(1, "Bob", 10), damage(2, "Bob", 1)],
    new Map([[session("Ada"), end], [session("Eve"), end]]),
  );
  assertEquals(
    rounds,
    new Map([[1, round(["Bob", 10], ["Ada", 30], ["Eve", 30])], [2, round(["Bob", 1])]]),
  );
});

Deno.test("dueSettlements() promotes the last hitter of what is over and promoted nobody, after 3 s", () => {
  const over = round(["Ada", 60, 2, 10_000], ["Bob", 60, 3, 11_000]);
  const due = (rounds: Rounds, settled: number[], now: number) =>
    dueSettlements(rank, rounds, new Set(settled), now).map(({ round, name }) => [round, name]);
  const rounds = new Map([[1, over], [2, round(["Eve", 99])]]);
  assertEquals(due(rounds, [], 13_999), []);
  assertEquals(due(rounds, [], 14_000), [[1, "Bob"]]);
  assertEquals(due(rounds, [1], 14_000), []);
  // A clock that is years ahead must not keep anyone waiting for years.
  assertEquals(due(rounds, [], -1_000_000), [[1, "Bob"]]);
  const tie = round(["Bob", 60, 2], ["Ada", 60, 2], ["Eve", 60, 1]);
  assertEquals(due(new Map([[1, tie]]), [], 14_000), [[1, "Bob"]]);
});
