/** The state scheme under two and five sessions, late replicas, lost calls and dying servers. */

import { assertEquals } from "../../deps.ts";
import { simulateSeed, simulateWorlds } from "./worlds.ts";

const seeds = 1_000;

Deno.test(`the state scheme holds in ${seeds} simulated worlds`, () => simulateWorlds(seeds));

Deno.test("simulate() does the same again for the same seed", async () => {
  for (let seed = 1; seed <= 100; seed++) {
    assertEquals(await simulateSeed(seed), await simulateSeed(seed));
  }
});
