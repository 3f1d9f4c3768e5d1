import { mermaidOf, parseScenario, sequenceOf, svgOf } from "../../simulate/mod.ts";
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

/** The drawing in the docs. */
export const drawingPath = "docs/partition.svg";

/** The drawing as it comes from its story now. */
export async function drawing(): Promise<string> {
  const file = scenarioFiles().find(({ name }) => name === "partition_and_heal.txt")!;
  const { events } = await told(file);
  return svgOf(sequenceOf(parseScenario(file.scenario).title, events));
}
