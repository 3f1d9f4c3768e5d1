import { failingCaseStory } from "./failing_story.ts";
import type { HardCase } from "./hard_cases.ts";

/** Tests that each case goes right; of one that does not, the story is told, if a scenario can say it. */
export function testCases(cases: Readonly<Record<string, HardCase>>): void {
  for (const [name, run] of Object.entries(cases)) {
    Deno.test(`simulated: ${name}`, async () => {
      const difference = await run();
      if (difference === undefined) return;
      const story = await failingCaseStory(name, run);
      throw new Error(story === undefined ? difference : `${difference}\n\n${story}`);
    });
  }
}
