import { type ScenarioName, scenarios } from "./scenario.ts";

/** Kinds of histories that a seed draws. */
export type SeededName = Exclude<ScenarioName, "hard" | "compared" | "slow">;

const claims: Record<SeededName, string> = {
  random: "clusters converge to the model of all Puts",
  crash: "clusters converge when servers crash and stop",
  burst: "a server joins during a burst",
  partition: "clusters that were cut apart for long, and forgot each other, know each other again",
  return: "nothing deleted is back when servers return that were forgotten, or with old disks",
};

/** Tests that each kind goes right from seeds 1 to a number of its own. */
export function testSeeds(seedCounts: Record<SeededName, number>): void {
  for (const [name, seeds] of Object.entries(seedCounts) as [SeededName, number][]) {
    Deno.test(`${claims[name]}, from ${seeds} seeds`, async () => {
      for (let seed = 1; seed <= seeds; seed++) {
        const difference = await scenarios[name](seed);
        if (difference !== undefined) throw new Error(`Seed ${seed}: ${difference}`);
      }
    });
  }
}
