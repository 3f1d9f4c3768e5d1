/**
 * Prints how long two servers in processes of their own take to be equal again, on real sockets, and what
 * that costs. `deno task figures:reconcile` does the same in virtual time, which leaves out what is computed.
 *
 *     deno task figures:apart --keys 1000000 --latency 250
 *
 * @module
 */

import { integerOptions } from "../support/integer_options.ts";
import { type ApartFigures, ServersApart } from "./servers_apart.ts";

const { keys, latency: latencyMs, rounds } = integerOptions({
  keys: 1_000_000,
  latency: 250,
  rounds: 3,
});
await using pair = await ServersApart.start({ keys, latencyMs });
for (const [apart, valueBytes] of [[1, 20], [1_000, 20], [1_000, 1_024]]) {
  const what = `${apart} of ${keys} apart, values of ${valueBytes} bytes`;
  for (let round = 0; round < rounds; round++) {
    print(`${what}, after a cut`, await pair.afterCut(apart, valueBytes));
    print(`${what}, after a restart`, await pair.afterRestart(apart, valueBytes));
  }
}

function print(what: string, figures: ApartFigures): void {
  const { agreedMs, sinceDialedMs, sentBytes, reconcileBytes } = figures;
  console.log(
    `${what}: equal after ${Math.round(agreedMs)} ms, ${Math.round(sinceDialedMs)} ms after they ` +
      `were connected; ${sentBytes} bytes sent, ${reconcileBytes} of them to find it`,
  );
}
