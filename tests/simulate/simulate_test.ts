import { assertEquals } from "../deps.ts";
import { runRandomScenario } from "./random_scenario.ts";
import { type ScenarioName, scenarios } from "./scenario.ts";

type SeededName = Exclude<ScenarioName, "hard" | "compared" | "slow">;

const seedCounts: Record<SeededName, number> = { random: 200, crash: 50, burst: 3, return: 60 };

const claims: Record<SeededName, string> = {
  random: "clusters converge to the model of all Puts",
  crash: "clusters converge when servers crash and stop",
  burst: "a server joins during a burst",
  return: "nothing deleted is back when servers return that were forgotten, or with old disks",
};

for (const [name, seeds] of Object.entries(seedCounts) as [SeededName, number][]) {
  Deno.test(`${claims[name]}, from ${seeds} seeds`, async () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const difference = await scenarios[name](seed);
      if (difference !== undefined) throw new Error(`Seed ${seed}: ${difference}`);
    }
  });
}

/** Seeds that went wrong once. */
const mended: Partial<Record<SeededName, readonly number[]>> = { random: [30_089, 30_437] };

for (const [name, seeds] of Object.entries(mended) as [SeededName, number[]][]) {
  Deno.test(`${name}: what went wrong once goes right, from seeds ${seeds.join(", ")}`, async () => {
    for (const seed of seeds) assertEquals(await scenarios[name](seed), undefined);
  });
}

Deno.test("a seed gives the same run again", async () => {
  const digests: string[] = [];
  for (let i = 0; i < 2; i++) {
    await runRandomScenario(7, {
      look(cluster) {
        const { world, network } = cluster;
        digests.push(
          `${world.nowMs} ${network.bytesSent} ${world.random.u32()} ${cluster.digest()}`,
        );
      },
    });
  }
  assertEquals(digests[0], digests[1]);
});
