import { comparisonCases } from "./comparison_cases.ts";

for (const [name, run] of Object.entries(comparisonCases)) {
  Deno.test(`simulated: ${name}`, async () => {
    const difference = await run();
    if (difference !== undefined) throw new Error(difference);
  });
}
