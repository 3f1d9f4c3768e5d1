import { assertEquals } from "../deps.ts";
import { testUnless } from "../support/needs.ts";
import { describe, faultOf, linkCases } from "./link_cases.ts";
import { ShapedNetwork } from "./shaped_network.ts";

for (const [name, run] of Object.entries(linkCases)) {
  testUnless(ShapedNetwork.lacking, `on real packets: ${name}`, async () => {
    const outcome = await run("short");
    console.log(describe(outcome));
    assertEquals(faultOf(outcome), undefined);
  });
}
