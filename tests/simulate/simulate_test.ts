import { assertEquals } from "../deps.ts";
import { type SeededName, testSeeds } from "./converging_seeds.ts";
import { runRandomScenario } from "./random_scenario.ts";
import { scenarios } from "./scenario.ts";

testSeeds({ random: 12, crash: 5, burst: 1, return: 4 });

/** Seeds that went wrong once. */
const mended: Partial<Record<SeededName, readonly number[]>> = {
  random: [136, 30_089, 30_437, 60_294],
  return: [50_044, 64_020, 65_314, 91_278],
};

for (const [name, seeds] of Object.entries(mended) as [SeededName, number[]][]) {
  Deno.test(`${name}: what went wrong once goes right, from seeds ${seeds.join(", ")}`, async () => {
    for (const seed of seeds) assertEquals(await scenarios[name](seed), undefined);
  });
}

Deno.test("a seed gives the same run again", async () => {
  const digests: string[] = [];
  for (let i = 0; i < 2; i++) {
    // One with second connections and a long cut.
    await runRandomScenario(24, {
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
