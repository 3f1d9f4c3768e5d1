import { storyMark } from "../../simulate/scenario/parse_scenario.ts";
import { parseScenario, runScenario, type ScenarioOutcome } from "../../simulate/mod.ts";

/** A file of a scenario and its story. */
export interface StoryFile {
  readonly name: string;
  readonly url: URL;
  readonly scenario: string;
  /** As it was when it was written last. */
  readonly transcript: string;
}

/** Stands between a scenario and its story. */
const mark = `${storyMark}\n`;

const folder = new URL("scenarios/", import.meta.url);

/** All of them, in the order of their names. */
export function scenarioFiles(): StoryFile[] {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  return names.map((name) => {
    const url = new URL(name, folder);
    const [scenario, transcript = ""] = Deno.readTextFileSync(url).split(mark);
    return { name, url, scenario, transcript };
  });
}

/** Runs a scenario. */
export function told({ scenario }: StoryFile): Promise<ScenarioOutcome> {
  return runScenario(parseScenario(scenario));
}

/** Writes a story below its scenario. */
export function rewrite({ url, scenario }: StoryFile, transcript: string): void {
  Deno.writeTextFileSync(url, `${scenario.trimEnd()}\n${mark}${transcript}`);
}
