import { assert } from "../deps.ts";
import { importMutated, type Mutant } from "../support/mutation.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { simulateMembers } from "./version_members.ts";

const seeds = 4_000;

Deno.test("members that delete, collect, forget and return agree, and nothing deleted is back", () => {
  for (let seed = 0; seed < seeds; seed++) simulateMembers(new Prng(seed));
});

const claimsFile = "kvserver/versions/claims.ts";
const vectorFile = "kvserver/versions/version_vector.ts";
const ruleFile = "kvserver/versions/return_rule.ts";
const membersFile = "tests/kvserver/version_members.ts";
const stableFile = "kvserver/versions/stable_vector.ts";

/** Faults, each of which makes members differ, brings something back or loses something. */
const mutants: Record<string, Mutant> = {
  "a claim leaves before what it covers": {
    file: claimsFile,
    from: "this.#waiting[count].places <= this.#left",
    to: "this.#waiting[count].places <= this.#left + 1",
  },
  "a claim never leaves": {
    file: claimsFile,
    from: "this.#waiting[count].places <= this.#left",
    to: "count < 0",
  },
  "a later claim moves an earlier one forward": {
    file: claimsFile,
    from: "last !== undefined && last.places === this.#pushed &&",
    to: "last !== undefined &&",
  },
  "a member that has told nothing holds nothing back": {
    file: stableFile,
    from: "this.#seen.set(member, new VersionVector());",
    to: "",
  },
  "one member decides what is stable": {
    file: stableFile,
    from: "meet([...this.#seen.values()])",
    to: "meet([...this.#seen.values()].slice(0, 1))",
  },
  "the greatest counter is stable": {
    file: vectorFile,
    from: "counter = Math.min(counter, vector.counter(uid));",
    to: "counter = Math.max(counter % Infinity || 0, vector.counter(uid));",
  },
  "what is stable is never computed anew": {
    file: stableFile,
    from: "if (this.#seen.get(member)?.join(vector)) this.#stable = undefined;",
    to: "this.#seen.get(member)?.join(vector);",
  },
  "a vector goes back": {
    file: vectorFile,
    from: "if (counter <= this.counter(uid)) return false;",
    to: "",
  },
  "the next write is seen too": {
    file: vectorFile,
    from: "return counter <= this.counter(uid) ||",
    to: "return counter <= this.counter(uid) + 1 ||",
  },
  "claims that wait stay before what is put back": {
    file: claimsFile,
    from: "const places = this.#pushed;",
    to: "const places = 0;",
  },
  "what was seen is given again": {
    file: ruleFile,
    from: "ofA === undefined || seenByB.has(ofA)",
    to: "ofA === undefined",
  },
  "what was not seen goes": {
    file: ruleFile,
    from: "ofA === undefined || seenByB.has(ofA)",
    to: "ofA === undefined || ofB === undefined",
  },
  "what was seen is merged again": {
    file: membersFile,
    from: "if (this.seen.has(write)) return;",
    to: "",
  },
  "writes may be earlier than a tombstone that was forgotten": {
    file: membersFile,
    from: "this.floor + 1, ",
    to: "",
  },
};

for (const [name, mutant] of Object.entries(mutants)) {
  Deno.test(`the tests of members notice it when ${name}`, async () => {
    const mutated = await importMutated("tests/kvserver/version_members.ts", mutant);
    let isNoticed = false;
    for (let seed = 0; seed < seeds && !isNoticed; seed++) {
      try {
        mutated.simulateMembers(new Prng(seed));
      } catch {
        isNoticed = true;
      }
    }
    assert(isNoticed);
  });
}
