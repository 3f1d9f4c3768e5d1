import { hardCases } from "./hard_cases.ts";

for (const [name, run] of Object.entries(hardCases)) {
  Deno.test(`simulated: ${name}`, async () => {
    const difference = await run();
    if (difference !== undefined) throw new Error(difference);
  });
}
