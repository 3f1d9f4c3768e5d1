import type { Limits } from "../../limits.ts";
import { smallOutbox, withoutComparisons } from "../simulate/checked_cluster.ts";
import { type Scenario, type ScenarioName, scenarios } from "../simulate/scenario.ts";
import { importMutated, type Mutant } from "../support/mutation.ts";
import { comparisonFaults } from "./comparison_faults.ts";
import { deliveryFaults } from "./delivery_faults.ts";
import { linkFaults } from "./link_faults.ts";
import { membershipFaults } from "./membership_faults.ts";
import { type PlantedFault, seedsOf } from "./planted_fault.ts";
import { replicaFaults } from "./replica_faults.ts";
import { trustFaults } from "./trust_faults.ts";
import { versionFaults } from "./version_faults.ts";

/** Each fault is planted alone; the simulation must notice it within so many seeds. */
const seedsMax = 120;

/** Limits that are no faults: with them all must be as well as with the default ones. */
const harmless: Record<string, Limits> = {
  "nothing is changed": withoutComparisons,
  "little may wait for a peer": smallOutbox,
};

const faults = [
  replicaFaults,
  versionFaults,
  deliveryFaults,
  membershipFaults,
  trustFaults,
  comparisonFaults,
  linkFaults,
].flatMap((group) => Object.entries(group));

async function importScenarios(mutant: Mutant): Promise<Record<ScenarioName, Scenario>> {
  return (await importMutated("tests/simulate/scenario.ts", mutant)).scenarios;
}

/** So many seeds of each scenario must be well without a fault. */
const harmlessSeeds: Record<ScenarioName, number> = {
  random: 3,
  crash: 3,
  burst: 1,
  hard: 0,
  compared: 0,
  return: 3,
  partition: 3,
  slow: 0,
};

for (const [change, limits] of Object.entries(harmless)) {
  Deno.test(`the simulation is content when ${change}`, async () => {
    for (const [name, seeds] of Object.entries(harmlessSeeds) as [ScenarioName, number][]) {
      for (let seed = 1; seed <= seeds; seed++) {
        const difference = await scenarios[name](seed, limits);
        if (difference !== undefined) throw new Error(`Seed ${seed}, ${name}: ${difference}`);
      }
    }
  });
}

// Whatever is thrown fails the test: only what a scenario finds wrong with the cluster counts.
async function expectNotice(
  scenario: Scenario,
  { limits, ...fault }: Pick<PlantedFault, "noticedBy" | "noticedAt" | "limits">,
): Promise<void> {
  for (const seed of seedsOf(fault, seedsMax)) {
    if (await scenario(seed, limits) !== undefined) return;
  }
  throw new Error(`The fault is not noticed with ${seedsMax} seeds`);
}

for (const [name, fault] of faults) {
  Deno.test(`the simulation notices when ${name}`, async () => {
    await expectNotice((await importScenarios(fault))[fault.noticedBy], fault);
  });
}

Deno.test("the simulation notices when the pace is a little too fast", async () => {
  const limits = { ...withoutComparisons, syncMessagesPerSecond: 11 };
  await expectNotice(scenarios.random, { noticedBy: "random", limits });
});
