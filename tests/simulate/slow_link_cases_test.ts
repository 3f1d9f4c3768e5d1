import { longSlowLinkCases, slowLinkCases } from "./slow_link_cases.ts";

for (const [name, run] of Object.entries({ ...slowLinkCases, ...longSlowLinkCases })) {
  Deno.test(`simulated: ${name}`, async () => {
    const difference = await run();
    if (difference !== undefined) throw new Error(difference);
  });
}
