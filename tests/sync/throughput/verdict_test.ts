import { assertEquals } from "../../deps.ts";
import { faultsOf, neededMs } from "./verdict.ts";

const peaks = { rssBytes: 2, memoryBytes: 1, memoryMaxBytes: 1, lagMs: 0 };
const maxMessageRate = 10;
const missing = [
  { bytes: 1e6, receivedPerSecond: 1e6 },
  { bytes: 2e6, receivedPerSecond: 4e6 },
];

Deno.test("neededMs() is that of the server that needs longest", () => {
  assertEquals(neededMs({ missing }), 1_000);
});

Deno.test("without a bound of the lag all hold the same in 1.5 times what that needs, and 500 ms", () => {
  const found = { missing, lagsMs: [60_000], peaks, maxMessageRate };
  assertEquals(faultsOf({ ...found, equalAfterMs: 2_000 }, 0), []);
  assertEquals(faultsOf({ ...found, equalAfterMs: 2_001 }, 0), [
    "all hold the same, ms after the end: 2001, allowed are 2000",
  ]);
  assertEquals(faultsOf({ ...found, missing: [missing[1]], equalAfterMs: 1_251 }, 0).length, 1);
  const nothing = [{ bytes: 0, receivedPerSecond: 1e6 }];
  assertEquals(faultsOf({ ...found, missing: nothing, equalAfterMs: 500 }, 0), []);
  assertEquals(faultsOf({ ...found, missing: nothing, equalAfterMs: 501 }, 0).length, 1);
});

Deno.test("with a bound of the lag none is greater, and all hold the same after two seconds", () => {
  const found = { missing, lagsMs: [5_000, 1], equalAfterMs: 2_000, peaks, maxMessageRate };
  assertEquals(faultsOf(found, 5), []);
  assertEquals(faultsOf({ ...found, lagsMs: [5_001, 1] }, 5), [
    "the greatest lag, in ms: 5001, allowed are 5000",
  ]);
  assertEquals(faultsOf({ ...found, equalAfterMs: 2_001 }, 5).length, 1);
  // None was seen: all that were put were refused.
  assertEquals(faultsOf({ ...found, lagsMs: [] }, 5).length, 1);
});

Deno.test("no server counts more memory than it may", () => {
  const found = { missing, lagsMs: [1], equalAfterMs: 1, maxMessageRate };
  assertEquals(faultsOf({ ...found, peaks: { ...peaks, memoryBytes: 2 } }, 0), [
    "memory of a server, in bytes: 2, allowed are 1",
  ]);
});

Deno.test("no second sees more than ten messages of an actor to another one", () => {
  const found = { missing, lagsMs: [1], equalAfterMs: 1, peaks };
  assertEquals(faultsOf({ ...found, maxMessageRate }, 0), []);
  for (const maxLagSeconds of [0, 5]) {
    assertEquals(faultsOf({ ...found, maxMessageRate: 11 }, maxLagSeconds), [
      "messages of an actor to another one in a second: 11, allowed are 10",
    ]);
  }
});
