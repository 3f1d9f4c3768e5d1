/**
 * Looks at a cluster that runs by the laboratory, as a person would, and prints what it shows.
 *
 *     deno run --allow-all tests/browser/lab_live.ts URL [FOLDER FOR SCREENSHOTS]
 *
 * @module
 */

import { openBrowser, openTab } from "./browser.ts";

const [url, folder] = Deno.args;

const browser = await openBrowser();
const faults: string[] = [];
const tab = await openTab(browser, faults, { viewport: { width: 1_000, height: 900 } });
await tab.goto(url);
await tab.locator("#live-panel-tab").click();
await tab.locator("#attach").click();
await tab.locator("#live-members li", { hasText: ": up" }).waitFor();
await tab.locator("#drawing .cell", { hasText: "city Paris" }).waitFor();
const members = await tab.locator("#live-members li").allInnerTexts();
const state = await tab.locator("#live-state").innerText();
const cards = await tab.locator("#drawing .server").count();
// Nothing can be done to it.
const isOffered = await tab.locator("#put").isVisible();
if (folder !== undefined) await tab.screenshot({ path: `${folder}/live.png`, fullPage: true });

await tab.locator("#attach").click();
await tab.locator("#drawing .head[aria-label^='Server a']").waitFor();
await browser.close();
console.log(JSON.stringify({ members, state, cards, isOffered, faults }));
