/**
 * Measures servers on links that are slow, lossy or cut, in network namespaces: as root of a Linux.
 *
 *     deno task links                   all cases
 *     deno task links --case "third"    those whose names hold this
 *
 * @module
 */

import { parseArgs } from "node:util";
import { describe, faultOf, linkCases } from "./link_cases.ts";
import { ShapedNetwork } from "./shaped_network.ts";

if (ShapedNetwork.lacking !== undefined) {
  console.error(`Cannot make a network: no ${ShapedNetwork.lacking}`);
  Deno.exit(1);
}
const { values } = parseArgs({ options: { case: { type: "string", default: "" } } });
const chosen = Object.entries(linkCases).filter(([name]) => name.includes(values.case));
if (chosen.length === 0) {
  console.error(`No case has "${values.case}" in its name. There are:`);
  for (const name of Object.keys(linkCases)) console.error(`  ${name}`);
  Deno.exit(64);
}
let isWell = true;
for (const [name, run] of chosen) {
  const outcome = await run("long");
  isWell &&= faultOf(outcome) === undefined;
  console.log(`${name}: ${describe(outcome)}`);
}
Deno.exit(isWell ? 0 : 1);
