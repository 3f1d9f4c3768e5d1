import { missing, testUnless } from "../support/needs.ts";
import { compareBatches, comparing } from "./comparing.ts";

for (const version of [2, 3] as const) {
  testUnless(
    missing("redis-server"),
    `a query actor replies to random commands as Redis does, in version ${version}`,
    () => comparing((comparison) => compareBatches(comparison, version, 150)),
  );
}
