/**
 * Prints how long two servers take to be equal again, and what that costs, for as many keys as you like:
 * in virtual time, so that it says what messages and distances cost, and not how fast this machine is.
 *
 *     deno task figures:reconcile --keys 1000000 --latency 250
 *
 * @module
 */

import { integerOptions } from "../support/integer_options.ts";
import {
  agreementAfterCut,
  agreementAfterLongCut,
  agreementAfterRestart,
  type AgreementFigures,
  idleBytesPerSecond,
} from "./agreement.ts";

const { keys, latency: latencyMs, idle } = integerOptions({
  keys: 1_000_000,
  latency: 250,
  idle: 100_000,
});

for (
  const [apart, valueBytes] of [
    [1, 20],
    [1_000, 20],
    [1_000, 1_024],
    [1_000, "deleted"],
    [1_000, "expired"],
  ] as const
) {
  const what = typeof valueBytes === "number" ? `values of ${valueBytes} bytes` : valueBytes;
  for (
    const [after, measure] of [
      ["a cut", agreementAfterCut],
      ["a long cut", agreementAfterLongCut],
      ["a restart", agreementAfterRestart],
    ] as const
  ) {
    const figures = await measure({ keys, apart, valueBytes, latencyMs });
    print(`${apart} of ${keys} apart, ${what}, after ${after}`, figures);
  }
}
const seconds = 600;
const bytes = await idleBytesPerSecond(idle, seconds);
console.log(`${idle} equal keys, idle: ${bytes.toFixed(1)} bytes a second`);

function print(what: string, { agreedMs, sentBytes, reconcileBytes, rounds }: AgreementFigures) {
  console.log(
    `${what}: equal after ${agreedMs} ms, ${sentBytes} bytes sent, ${reconcileBytes} of them to ` +
      `find it, ${rounds} messages of these answered`,
  );
}
