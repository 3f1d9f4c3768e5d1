/**
 * Runs each scenario of `scenarios/` and compares its story, to the letter, with what stands below it. After a
 * change that is meant, `deno task stories` writes the stories anew: their differences are then to be read.
 */

import { assertEquals } from "../deps.ts";
import { read } from "../support/repository.ts";
import { documentPath, documentWithDiagrams, drawing, drawingPath } from "./diagrams.ts";
import { formatScenario, parseScenario } from "../../simulate/mod.ts";
import { scenarioFiles, told } from "./story_files.ts";

for (const file of scenarioFiles()) {
  Deno.test(`the story of ${file.name} is as it was`, async () => {
    const { transcript, failures } = await told(file);
    assertEquals(failures, []);
    assertEquals(transcript, file.transcript);
  });

  Deno.test(`the scenario of ${file.name} is the same when it was written and read again`, () => {
    const { steps, ...scenario } = parseScenario(file.scenario);
    const again = parseScenario(formatScenario({ steps, ...scenario }));
    const withoutLines = (all: typeof steps) => all.map(({ line: _, ...step }) => step);
    assertEquals({ ...again, steps: withoutLines(again.steps) }, {
      ...scenario,
      steps: withoutLines(steps),
    });
  });
}

Deno.test(`the sequence diagrams of ${documentPath} show what happens`, async () => {
  assertEquals(await documentWithDiagrams(), read(documentPath));
  assertEquals(await drawing(), read(drawingPath));
});
