/**
 * Writes the stories of all scenarios anew, and the diagrams that are made of them, after a change of what servers tell each other that is meant.
 *
 * @module
 */

import { root } from "../support/repository.ts";
import { chapters, withLink } from "../course/chapters.ts";
import { documentPath, documentWithDiagrams, drawing, drawingPath } from "./diagrams.ts";
import { rewrite, scenarioFiles, told } from "./story_files.ts";

for (const file of scenarioFiles()) {
  const { transcript, failures } = await told(file);
  if (transcript !== file.transcript) {
    rewrite(file, transcript);
    console.log(`${file.name} tells another story now`);
  }
  for (const failure of failures) console.log(`${file.name}: ${failure}`);
}

Deno.writeTextFileSync(new URL(documentPath, root), await documentWithDiagrams());
Deno.writeTextFileSync(new URL(drawingPath, root), await drawing());

for (const chapter of chapters()) {
  Deno.writeTextFileSync(new URL(chapter.path, root), withLink(chapter));
}
