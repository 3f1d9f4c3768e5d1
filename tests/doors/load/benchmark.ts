/**
 * Measures what a crowd at the doors of two hosts waits for its answers, while one server of two is killed
 * every minute.
 *
 *     deno task bench:doors --bots 1000 --seconds 130 --every 10000
 *
 * @module
 */

import { integerOptions } from "../../support/integer_options.ts";
import { percentiles } from "../../support/percentiles.ts";
import type { Wait } from "./bot.ts";
import { playCrowd } from "./crowd.ts";

const { bots, seconds, every, killEvery } = integerOptions({
  bots: 1_000,
  seconds: 130,
  every: 10_000,
  killEvery: 60_000,
});
const startMs = performance.now();
const figures = await playCrowd({ bots, seconds, everyMs: every, killEveryMs: killEvery });
const { waits, killedAtMs, troubles, told, owned, unknown, wrong } = figures;
const of = (some: readonly Wait[]) => percentiles(some.map(({ ms }) => ms));
/** After a kill, what is lost is found and done again for so long at the most. */
const aftermathMs = 10_000;
const [near, far] = [true, false].map((isNear) =>
  waits.filter(({ atMs, ms }) =>
    isNear === killedAtMs.some((at) => atMs + ms >= at && atMs < at + aftermathMs)
  )
);
console.log(
  `${bots} bots, ${seconds} s, a command each every ${every} ms; ${killedAtMs.length} kills`,
);
console.log(`waits     ${of(waits)}, over 3 s: ${waits.filter(({ ms }) => ms > 3_000).length}`);
console.log(
  `          within ${aftermathMs / 1_000} s of a kill ${of(near)}, otherwise ${of(far)}`,
);
for (const [command, some] of Map.groupBy(far, ({ command }) => command)) {
  console.log(`          otherwise, ${command} ${of(some)}`);
}
console.log(`troubles  ${troubles}; attempts of which nobody was told: ${unknown}`);
console.log(`coins     told ${told}, owned ${owned}; bots that are wrong: ${wrong.length}`);
for (const line of wrong.slice(0, 5)) console.log(`          ${line}`);
console.log(`in all ${Math.round((performance.now() - startMs) / 1_000)} s`);
