import { mermaidOf, parseScenario, sequenceOf } from "../../simulate/mod.ts";
import { read } from "../support/repository.ts";
import { scenarioFiles, told } from "./story_files.ts";

/** The document whose sequence diagrams are made of stories. */
export const documentPath = "docs/sync.md";

const block = /<!-- story: (\w+) from (\d+) ms -->\n\n```mermaid\n[^`]*```/g;

/** The document with its diagrams as they come from the stories now. */
export async function documentWithDiagrams(): Promise<string> {
  let text = read(documentPath);
  for (const [whole, name, fromMs] of text.matchAll(block)) {
    const file = scenarioFiles().find((file) => file.name === `${name}.txt`);
    if (file === undefined) throw new Error(`${documentPath} names no scenario: ${name}`);
    const { events } = await told(file);
    const { title } = parseScenario(file.scenario);
    const diagram = mermaidOf(sequenceOf(title, events, Number(fromMs)));
    const head = `<!-- story: ${name} from ${fromMs} ms -->`;
    text = text.replace(whole, () => `${head}\n\n\`\`\`mermaid\n${diagram}\`\`\``);
  }
  return text;
}
