/**
 * Uses the laboratory as a person would, at three widths, and prints what it found.
 *
 *     deno run --allow-all tests/browser/lab_page.ts URL [FOLDER FOR SCREENSHOTS]
 *
 * A program of its own, because what drives the browser asks for more than a test may.
 *
 * @module
 */

import { linkOf } from "../../lab/model/link.ts";
import { openBrowser, openTab, type Tab } from "./browser.ts";
import { inspect } from "./inspect.ts";

const [url, folder] = Deno.args;

const trio = "delay 60 ms\nserver a replicas 2\nserver b replicas 2 joins a\nserver c joins a\n";
const text = `${trio}at 1 s put x = 1 on a.1\n`;

const browser = await openBrowser();
const faults: string[] = [];
const found: Record<string, unknown> = {};

/** What the card of each replica shows. */
async function cells(tab: Tab): Promise<string[]> {
  return await tab.evaluate(
    "[...document.querySelectorAll('#drawing .cell')].map((it) => it.getAttribute('aria-label')).sort()",
  ) as string[];
}

/** The colours that a cell goes through when a version comes to it, at four moments. */
async function arrivalColours(tab: Tab): Promise<string[]> {
  return await tab.evaluate(`(() => {
    const cell = document.querySelector("#drawing .cell");
    const wasFlashing = cell.classList.contains("flash");
    cell.classList.add("flash");
    const rect = cell.querySelector("rect");
    const [animation] = rect.getAnimations();
    animation.pause();
    const colours = [0, 100, 450, 800].map((ms) => {
      animation.currentTime = ms;
      return getComputedStyle(rect).fill;
    });
    animation.play();
    if (!wasFlashing) cell.classList.remove("flash");
    return colours;
  })()`) as string[];
}

/** Whether a colour, whose parts are shares, is one: Chromium takes some for others while it mixes them. */
function isColour(colour: string): boolean {
  const parts = colour.match(/-?\d+(\.\d+)?/g) ?? [];
  return colour.startsWith("rgb") || parts.every((part) => Math.abs(Number(part)) <= 1);
}

const look = (tab: Tab, name: string) => inspect(tab, name, faults, folder);

const looks = [[360, "dark"], [1_000, "light"], [1_600, "dark"]] as const;
for (const [width, colorScheme] of looks) {
  const tab = await openTab(browser, faults, { viewport: { width, height: 900 }, colorScheme });
  await tab.goto(`${url}${linkOf({ text, atMs: 1_030 })}`);
  const pill = tab.locator("#drawing .travel.v0").first();
  await pill.waitFor();
  const atPut = await cells(tab);
  for (const colour of await arrivalColours(tab)) {
    if (!isColour(colour)) {
      faults.push(`${width}: a version comes in a colour that is none: ${colour}`);
    }
  }
  await look(tab, `${width}-put`);

  // A message is read; by the mouse, because it travels.
  await pill.click();
  await tab.locator("#inspector-title", { hasText: "Message a → " }).waitFor();

  // Time goes on by a step, and back.
  await tab.locator("#drawing .travel.v0").first().waitFor();
  await tab.keyboard.press("ArrowRight");
  await tab.locator("#clock", { hasText: "0:01.060" }).waitFor();
  await tab.keyboard.press("ArrowLeft");
  await tab.locator("#clock", { hasText: "0:01.000" }).waitFor();
  await tab.keyboard.press("End");
  await tab.locator("#clock", { hasText: "0:01.060" }).waitFor();

  // By the keyboard alone: a link is cut, keys are put on either side.
  await tab.locator("#drawing .lane[aria-label^='Link from a to b']").focus();
  await tab.keyboard.press("Enter");
  await tab.locator("#inspected button", { hasText: /^Cut$/ }).focus();
  await tab.keyboard.press("Enter");
  await tab.locator("#drawing .lane.cut").first().waitFor();
  await tab.locator("#put-replica").selectOption("b.1");
  await tab.locator("#put-value").fill("2");
  await tab.locator("#put").focus();
  await tab.keyboard.press("Enter");
  await tab.locator("#keys .held", { hasText: "2" }).first().waitFor();
  const atCut = await cells(tab);

  // A key tells why a version won.
  await tab.locator("#keys button.key").focus();
  await tab.keyboard.press("Enter");
  await tab.locator("#inspected", { hasText: "wins against" }).waitFor();
  const why = await tab.locator("#inspected p").first().innerText();
  await look(tab, `${width}-cut`);

  // A server crashes and starts again; another one comes.
  await tab.locator("#drawing .head[aria-label^='Server c']").focus();
  await tab.keyboard.press("Enter");
  await tab.locator("#inspected button", { hasText: "Crash" }).click();
  await tab.locator("#drawing .server.crashed").waitFor();
  await tab.locator("#inspected button", { hasText: "Restart" }).click();
  await tab.locator("#drawing .server.joining").waitFor();
  await tab.locator("#add").click();
  await tab.locator("#drawing .head[aria-label^='Server d']").waitFor();
  await tab.locator("#heal-all").click();
  const isHealed = "document.querySelector('#drawing .lane.cut') === null";
  await tab.waitForFunction(isHealed);
  await tab.locator("#undo").click();
  await tab.locator("#drawing .lane.cut").first().waitFor();
  await tab.locator("#heal-all").click();
  await tab.waitForFunction(isHealed);

  // What is expected is said to be so, or not.
  await tab.locator("#story-panel-tab").click();
  await tab.locator("#expectation").fill("x = 7 on a within 10 ms");
  await tab.locator("#expect-form button").click();
  await tab.locator("#story .unmet", { hasText: "x = 7 on a: no, a.1 shows" }).waitFor();
  await tab.locator("#undo").click();
  await tab.locator("#story .unmet").first().waitFor({ state: "detached" });

  // A clock is set, a way is made slower, a key is deleted; and none of it has been.
  await tab.locator("#drawing .head[aria-label^='Server b']").focus();
  await tab.keyboard.press("Enter");
  await tab.locator("#inspector-title", { hasText: "Server b" }).waitFor();
  await tab.locator("#inspected input[name=skew]").fill("5000");
  await tab.keyboard.press("Enter");
  await tab.locator("#drawing .skew", { hasText: /5 s ahead|\+5 s/ }).waitFor();
  await tab.locator("#undo").click();
  await tab.locator("#drawing .skew", { hasText: /5 s ahead|\+5 s/ }).first().waitFor({
    state: "detached",
  });
  await tab.locator("#drawing .lane[aria-label^='Link from a to b']").focus();
  await tab.keyboard.press("Enter");
  await tab.locator("#inspected input[name=delay]").fill("200");
  await tab.keyboard.press("Enter");
  await tab.locator("#drawing .delay", { hasText: "200 ms" }).first().waitFor();
  await tab.locator("#undo").click();
  await tab.locator("#drawing .delay", { hasText: "200 ms" }).first().waitFor({
    state: "detached",
  });
  await tab.locator("#put-replica").selectOption("b.1");
  await tab.locator("#delete").click();
  await tab.locator("#drawing .cell.deleted").first().waitFor();
  await tab.locator("#undo").click();
  await tab.locator("#drawing .cell.deleted").first().waitFor({ state: "detached" });

  // All that was done is in the scenario, and in the link.
  await tab.locator("#scenario-panel-tab").click();
  const scenario = await tab.locator("#scenario").inputValue();
  await tab.locator("#speed").selectOption("5000");
  await tab.locator("#play").click();
  await tab.waitForFunction("document.querySelectorAll('#drawing .cell').length === 7");
  await tab.locator("#play").click();
  await look(tab, `${width}-healed`);
  const again = await openTab(browser, faults, { viewport: { width, height: 900 } });
  await again.goto(tab.url());
  await again.waitForFunction("document.querySelectorAll('#drawing .cell').length === 7");
  await again.locator("#story li").first().waitFor();
  const stories = await Promise.all([tab, again].map((it) => it.locator("#story").textContent()));
  found[width] = { atPut, atCut, why, scenario, isSame: stories[0] === stories[1] };

  // What was typed is not lost when it cannot be run, and then nothing is to be undone.
  await again.locator("#scenario-panel-tab").click();
  await again.locator("#scenario").fill("serve a");
  await again.locator("#put").click();
  await again.locator("#fault", { hasText: 'Line 1: found "serve"' }).waitFor();
  if (await again.locator("#undo").isEnabled()) faults.push(`${width}: nothing can be undone`);
  const kept = await again.locator("#scenario").inputValue();
  if (kept !== "serve a") faults.push(`${width}: what cannot be run is lost: ${kept}`);
  await again.close();

  // What was typed and not run stays, whatever is done by hand.
  await tab.locator("#scenario").fill(`${scenario}note typed\n`);
  await tab.locator("#put").click();
  await tab.waitForFunction("document.querySelector('#scenario').value.endsWith('on b.1\\n')");
  const typed = await tab.locator("#scenario").inputValue();
  if (!typed.includes("\nnote typed\n")) faults.push(`${width}: what was typed is lost: ${typed}`);
  await tab.locator("#undo").click();
  await tab.waitForFunction("document.querySelector('#scenario').value.endsWith('note typed\\n')");

  // What cannot be run is said, and changes nothing.
  await tab.locator("#scenario").fill("serve a");
  await tab.locator("#run").click();
  await tab.locator("#fault", { hasText: 'Line 1: found "serve"' }).waitFor();
  await tab.locator("#drawing .head[aria-label^='Server d']").waitFor();
  await tab.close();
}

// The story of the page is that of the command line, to the letter.
const tab = await openTab(browser, faults, {});
await tab.goto(`${url}${linkOf({ text, atMs: 1_000 })}`);
await tab.locator("#story li").first().waitFor();
const lines = await tab.evaluate(
  "[...document.querySelectorAll('#story li')].map((it) => it.textContent)",
);
await browser.close();
console.log(JSON.stringify({ found, lines, faults }));
