import { problemsOf } from "../../app/commands/health.ts";
import type { Member } from "../../kvcommon/mod.ts";
import { assertEquals } from "../deps.ts";
import { downMember, selfMember, upMember } from "../support/members.ts";

const stats = { ready: true, disk: "ok" };

const cases: readonly (readonly [what: string, member: Member, problem: string | undefined])[] = [
  ["up", upMember, undefined],
  ["down", downMember, "is down for 12 s"],
  ["down for a moment", { ...downMember, sinceMs: selfMember.agreedMs! - 4_999 }, undefined],
  [
    "in conflict",
    { ...upMember, state: "conflict" },
    "is in conflict for 1 min: another server answers at its address",
  ],
  ["one-way", { ...upMember, state: "one-way" }, "is reached one way only for 1 min"],
  ["2 s behind", { ...upMember, lagMs: 2_000 }, undefined],
  ["more than 2 s behind", { ...upMember, lagMs: 2_001 }, "is 2 s behind"],
  ["of a clock that is 5 s off", { ...upMember, clockSkewMs: -5_000 }, undefined],
  [
    "of a clock that is more than 5 s ahead",
    { ...upMember, clockSkewMs: 5_001 },
    "has a clock that is 5 s ahead",
  ],
  [
    "of a clock that is more than 5 s behind",
    { ...upMember, clockSkewMs: -61_000 },
    "has a clock that is 1 min behind",
  ],
];

for (const [what, member, problem] of cases) {
  const isHealthy = problem === undefined;
  Deno.test(`a member that is ${what} is ${isHealthy ? "" : "not "}healthy`, () => {
    const problems = problemsOf({ stats, members: [selfMember, member] });
    assertEquals(problems, isHealthy ? [] : [`member ${member.address} ${problem}`]);
  });
}

Deno.test("a server is not healthy that is not ready, or whose disk refuses, and says why", () => {
  assertEquals(problemsOf({ stats: { ...stats, ready: false } }), [
    "is not ready: it is taking over the state of other servers",
  ]);
  assertEquals(
    problemsOf({ stats: { ...stats, disk: "refusing", diskReason: "no space \x1b[1m" } }),
    [
      "refuses puts, because its disk refuses to be written (no space \\u{1b}[1m)",
    ],
  );
});

Deno.test("a server is not healthy whose replica has differed from others for more than 10 s", () => {
  assertEquals(problemsOf({ stats: { ...stats, differingMs: 10_000 } }), []);
  assertEquals(problemsOf({ stats: { ...stats, differingMs: 12_300 } }), [
    "holds a replica that has differed from others for 12 s: see cmud check",
  ]);
});

Deno.test("a server is not healthy of which a query actor is more than 2 s behind", () => {
  assertEquals(problemsOf({ stats: { ...stats, replicaLagMs: 2_000 } }), []);
  assertEquals(problemsOf({ stats: { ...stats, replicaLagMs: 4_200 } }), [
    "has a query actor that is 4 s behind",
  ]);
});

Deno.test("a server is not healthy that sees itself in conflict", () => {
  const self: Member = { ...selfMember, state: "conflict" };
  assertEquals(problemsOf({ stats, members: [self, upMember] }), [
    "advertises an address that another server claims too",
  ]);
});

Deno.test("a server of a version that tells no members is healthy by what it tells", () => {
  assertEquals(problemsOf({ stats: { ready: true } }), []);
});
