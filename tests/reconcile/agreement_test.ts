import { assertEquals, assertLess, assertLessOrEqual } from "../deps.ts";
import {
  agreementAfterCut,
  agreementAfterLongCut,
  agreementAfterRestart,
  idleBytesPerSecond,
} from "./agreement.ts";

// As `deno task figures:reconcile` measures it, with fewer keys.

const keys = 20_000;
const latencyMs = 250;

for (
  const [after, measure] of [
    ["a cut", agreementAfterCut],
    ["a long cut", agreementAfterLongCut],
    ["a restart", agreementAfterRestart],
  ] as const
) {
  Deno.test(`two servers are equal again in time after ${after}, 250 ms apart`, async () => {
    const one = await measure({ keys, apart: 1, valueBytes: 20, latencyMs });
    assertLessOrEqual(one.agreedMs, 2_000);
    const many = await measure({ keys, apart: 1_000, valueBytes: 20, latencyMs });
    assertLessOrEqual(many.agreedMs, 4_000);
    assertLess(many.sentBytes, 500 * 1_000);
    const large = await measure({ keys, apart: 1_000, valueBytes: 1_024, latencyMs });
    assertLessOrEqual(large.agreedMs, 4_000);
    assertLess(large.sentBytes, 1.5 * 1_024 * 1_000 + 16 * 1_024);
    console.log([one, many, large].map(({ agreedMs }) => `${agreedMs} ms`).join(", "));
  });
}

for (
  const [after, measure, bytesMax] of [
    ["a cut", agreementAfterCut, 60],
    ["a long cut", agreementAfterLongCut, 250],
    ["a restart", agreementAfterRestart, 250],
  ] as const
) {
  Deno.test(`1,000 Deletes apart, or expiries, are few bytes each after ${after}`, async () => {
    for (const valueBytes of ["deleted", "expired"] as const) {
      const { agreedMs, sentBytes } = await measure({ keys, apart: 1_000, valueBytes, latencyMs });
      assertLessOrEqual(agreedMs, 4_000);
      assertLess(sentBytes, bytesMax * 1_000);
      console.log(`${valueBytes}: ${sentBytes / 1_000} bytes each`);
    }
  });
}

for (
  const [what, measure, expectedRounds] of [
    ["a server that is back with its data", agreementAfterRestart, 4],
    ["a server that was cut off for long", agreementAfterLongCut, 5],
  ] as const
) {
  Deno.test(`${what} costs little when it lacks one entry`, async () => {
    const { reconcileBytes, rounds } = await measure({ keys, apart: 1, valueBytes: 20, latencyMs });
    assertLess(reconcileBytes, 4 * 1_024);
    assertEquals(rounds, expectedRounds);
  });
}

Deno.test("two servers with 100,000 equal keys send each other less than 200 bytes a second", async () => {
  assertLess(await idleBytesPerSecond(100_000, 100), 200);
});
