import { assertEquals } from "../deps.ts";
import { runBurstScenario, runCrashScenario, runScenario } from "./scenario.ts";

const seeds = 200;
const crashSeeds = 50;
const burstSeeds = 3;

async function expectConverged(
  run: (seed: number) => Promise<string | undefined>,
  seeds: number,
): Promise<void> {
  for (let seed = 1; seed <= seeds; seed++) {
    const difference = await run(seed);
    if (difference !== undefined) throw new Error(`Seed ${seed}: ${difference}`);
  }
}

Deno.test(`clusters converge to the model of all Puts, from ${seeds} seeds`, () =>
  expectConverged(runScenario, seeds));

Deno.test(`clusters converge after a crash, from ${crashSeeds} seeds`, () =>
  expectConverged(runCrashScenario, crashSeeds));

Deno.test(`a server joins during a burst, from ${burstSeeds} seeds`, () =>
  expectConverged(runBurstScenario, burstSeeds));

Deno.test("a seed gives the same run again", async () => {
  const digests: string[] = [];
  for (let i = 0; i < 2; i++) {
    await runScenario(7, (cluster) => {
      const { world, network } = cluster;
      digests.push(`${world.nowMs} ${network.bytesSent} ${world.random.u32()} ${cluster.digest()}`);
    });
  }
  assertEquals(digests[0], digests[1]);
});
