import { assertEquals } from "../deps.ts";
import { type SeededName, testSeeds } from "./converging_seeds.ts";
import { scenarios } from "./scenario.ts";

testSeeds({ random: 200, crash: 50, burst: 3, return: 60, partition: 30 });

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
