import { parseScenario, runScenario } from "../../simulate/mod.ts";
import { assert, assertEquals } from "../deps.ts";
import { importMutated } from "../support/mutation.ts";
import { deliveryFaults } from "./delivery_faults.ts";
import { membershipFaults } from "./membership_faults.ts";
import { type PlantedFault, seedsOf } from "./planted_fault.ts";
import { replicaFaults } from "./replica_faults.ts";
import { versionFaults } from "./version_faults.ts";

/** Of all that is found wrong, and by each kind of history. */
const faults: readonly (readonly [string, Readonly<Record<string, PlantedFault>>])[] = [
  ["a delta is dropped", replicaFaults],
  ["a Delete stays where it was asked for", replicaFaults],
  ["an entry is not forwarded to all siblings", deliveryFaults],
  ["coalescing keeps the older", deliveryFaults],
  ["an idle peer is sent messages for ever", deliveryFaults],
  ["tombstones are kept though all have seen them", versionFaults],
  ["what was deleted meanwhile is given back", versionFaults],
  ["a join forgets Puts taken meanwhile", deliveryFaults],
  ["a part of the state begins one key too late", deliveryFaults],
  ["introductions are lost with a connection", membershipFaults],
  ["nobody compares what a lost or ended peer told some", membershipFaults],
];

/** As many as there are hand-written cases, each of which is the one of a seed. */
const seedsMax = 80;

/** Lines of a story, at the most. */
const linesMax = 26;

for (const [name, group] of faults) {
  const { noticedBy, limits } = group[name];
  Deno.test(`a ${noticedBy} seed that fails because ${name} is told as a short story, which fails again`, async () => {
    const mutated = await importMutated("tests/simulate/failing_story.ts", group[name]);
    let story: string | undefined;
    for (const seed of seedsOf(group[name], seedsMax)) {
      if ((story = await mutated.failingStory(noticedBy, seed, limits)) !== undefined) break;
    }
    assert(story !== undefined, `no seed up to ${seedsMax} fails`);
    assert(story.split("\n").length <= linesMax, story);
    const scenario = parseScenario(story);
    const { failures } = await mutated.runScenario(scenario);
    assertEquals(failures.length, 1, story);
    assertEquals((await runScenario(scenario)).failures, [], story);
  });
}
