/**
 * Works at exercises of the laboratory as a person would, and prints what the page says.
 *
 *     deno run --allow-all tests/browser/lab_exercises.ts URL IDS [FOLDER FOR SCREENSHOTS]
 *
 * @module
 */

import { exercises, faultLines } from "../../simulate/mod.ts";
import { read } from "../support/repository.ts";
import { openBrowser, openTab } from "./browser.ts";
import { inspect } from "./inspect.ts";

const [url, ids, folder] = Deno.args;

const browser = await openBrowser();
const faults: string[] = [];
const said: Record<string, string[]> = {};
const widths = [360, 1_000, 1_600];
for (const [i, id] of ids.split(",").map(Number).entries()) {
  const { fault, hints, title } = exercises.find((exercise) => exercise.id === id)!;
  const width = widths[i % widths.length];
  const colorScheme = i % 2 === 0 ? "dark" : "light";
  const tab = await openTab(browser, faults, { viewport: { width, height: 900 }, colorScheme });
  await tab.goto(`${url}#exercise=${id}`);
  await tab.locator("#exercise-work").waitFor();
  const told: string[] = [];
  const hear = async (name: string) => {
    // What is said last is no word of patience.
    await tab.waitForFunction(`/good|warn/.test(document.querySelector("#${name}").className)`);
    told.push(await tab.locator(`#${name}`).innerText());
    await tab.evaluate(`document.querySelector("#${name}").className = ""`);
  };

  // What one begins with shows nothing.
  await tab.locator("#check-history").click();
  await hear("history-verdict");
  for (const hint of hints) {
    await tab.locator("#hint").click();
    await tab.locator("#hints li", { hasText: hint }).waitFor();
  }
  const solution = read(`tests/exercises/solutions/${String(id).padStart(2, "0")}.txt`);
  await tab.locator("#scenario-panel-tab").click();
  await tab.locator("#scenario").fill(solution);
  await tab.locator("#run").click();
  await tab.locator("#exercise-panel-tab").click();
  await tab.locator("#check-history").click();
  await hear("history-verdict");

  await tab.locator("#source-file").selectOption(fault.file);
  const { first } = faultLines(fault, read(fault.file));
  await tab.locator("#source-line").fill(String(first + 1_000));
  await tab.locator("#line-form button").click();
  await hear("line-verdict");
  await tab.locator(`#source [data-line="${first}"]`).click();
  await tab.locator("#line-form button").click();
  await hear("line-verdict");
  await hear("exercise-state");
  await tab.locator("#exercise option", { hasText: `✓ ${id}. ${title}` }).waitFor({
    state: "attached",
  });

  await inspect(tab, `exercise-${id}-${width}`, faults, folder);
  // A link that names no exercise is seen in the right system.
  await tab.evaluate(`location.hash = "at=0&scenario=server+lone"`);
  await tab.waitForFunction(`document.querySelector("#state").textContent === ""`);
  await tab.waitForURL((url) => /^#at=0&scenario=server.{1,3}lone$/.test(url.hash));
  said[id] = told;
  await tab.close();
}
await browser.close();
console.log(JSON.stringify({ said, faults }));
