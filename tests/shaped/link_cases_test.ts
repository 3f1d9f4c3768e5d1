import { assertLess } from "../deps.ts";
import { testUnless } from "../support/needs.ts";
import { linkCases } from "./link_cases.ts";
import { ShapedNetwork } from "./shaped_network.ts";

for (const [name, run] of Object.entries(linkCases)) {
  testUnless(ShapedNetwork.lacking, `on real packets: ${name}`, async () => {
    const { tookMs, boundMs, told = "" } = await run("short");
    console.log(`${name}: ${Math.round(tookMs)} of ${Math.round(boundMs)} ms; ${told}`);
    assertLess(tookMs, boundMs);
  });
}
