/**
 * Measures how long bots of three strategies take from enrolment to retirement: `deno task balance`.
 *
 *     deno task balance [TERMS [WORLD]]
 *
 * @module
 */

import { checkWorld, playIn } from "../../../app/game/mod.ts";
import { ranks } from "../../../app/game/world/world.ts";
import { strategies } from "./bot.ts";
import { meanOf, playTerms, tableRow } from "./terms.ts";

const [terms, world] = [Number(Deno.args[0] ?? 20), Deno.args[1]];
if (world !== undefined) playIn(checkWorld(JSON.parse(await Deno.readTextFile(world))));
console.log(["strategy".padEnd(10), ...ranks.slice(0, -1), "minutes", "lines"].join("\t"));
for (const strategy of strategies) {
  const played = await playTerms(strategy, terms);
  const { lines } = meanOf(played);
  console.log([
    strategy.name.padEnd(10),
    ...tableRow(played).map((cell) => cell.padStart(7)),
    lines.toFixed(0),
  ].join("\t"));
}
