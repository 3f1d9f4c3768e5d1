import { assert } from "../deps.ts";
import { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { importMutated, type Mutant } from "../support/mutation.ts";

/** Faults in when a server that is away is forgotten by itself, each of which must be noticed. */
const mutants: Record<string, Mutant> = {
  "nobody is forgotten by itself": {
    file: "kvserver/server_actors.ts",
    from: "forgetAfterMs: options.forgetAfterMs,",
    to: "",
  },
  "0 is no time at all": {
    file: "kvserver/server_options.ts",
    from: "(options.forgetAfterMs ?? limits.forgetAfterMs) || Infinity",
    to: "options.forgetAfterMs ?? limits.forgetAfterMs",
  },
  "the time away begins anew with each restart": {
    file: "kvserver/sync/membership.ts",
    from: "nowMs - (awayMs.get(address) ?? 0)",
    to: "nowMs",
  },
  "the disk is not told how long servers are away": {
    file: "kvserver/disk/away_servers.ts",
    from: "for (const { address, awayMs } of servers)",
    to: "for (const { address, awayMs } of servers.slice(0, 0))",
  },
};

for (const [name, mutant] of Object.entries(mutants)) {
  Deno.test(`the tests of forgetting notice it when ${name}`, async () => {
    const mutated = await importMutated("tests/kvserver/forgetting.ts", mutant);
    let isNoticed = false;
    for (const expect of [mutated.expectForgottenAfterAWhile, mutated.expectTimeAwayAddedUp]) {
      try {
        await expect(new SimulatedWorld());
      } catch {
        isNoticed = true;
      }
    }
    assert(isNoticed);
  });
}
