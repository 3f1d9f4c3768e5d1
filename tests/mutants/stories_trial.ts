import { parseScenario, runScenario } from "../../simulate/mod.ts";
import { assert, assertEquals } from "../deps.ts";
import { importMutated } from "../support/mutation.ts";
import { deliveryFaults } from "./delivery_faults.ts";
import type { PlantedFault } from "./planted_fault.ts";
import { replicaFaults } from "./replica_faults.ts";

/** Each with the number of lines that its story has at the most. */
const faults: readonly (readonly [string, PlantedFault, number])[] = [
  ...["a delta is dropped", "a Delete stays where it was asked for"].map((name) =>
    [name, replicaFaults[name], 26] as const
  ),
  ...["an entry is not forwarded to all siblings", "coalescing keeps the older"].map((name) =>
    [name, deliveryFaults[name], 26] as const
  ),
];

const seedsMax = 20;

for (const [name, { noticedBy, limits, ...mutant }, linesMax] of faults) {
  Deno.test(`a seed that fails because ${name} is told as a short story, which fails again`, async () => {
    const mutated = await importMutated("tests/simulate/failing_story.ts", mutant);
    let story: string | undefined;
    for (let seed = 1; seed <= seedsMax && story === undefined; seed++) {
      story = await mutated.failingStory(noticedBy, seed, limits);
    }
    assert(story !== undefined, `no seed up to ${seedsMax} fails`);
    assert(story.split("\n").length <= linesMax, story);
    const scenario = parseScenario(story);
    const { failures } = await mutated.runScenario(scenario);
    assertEquals(failures.length, 1, story);
    assertEquals((await runScenario(scenario)).failures, [], story);
  });
}
