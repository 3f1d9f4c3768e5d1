import { assertEquals } from "../deps.ts";
import { testSeeds } from "./converging_seeds.ts";
import { runRandomScenario } from "./random_scenario.ts";

testSeeds({ random: 12, crash: 5, burst: 1, return: 4, partition: 4 });

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
