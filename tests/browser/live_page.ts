/**
 * Looks at the page of a server as a person would, at three widths, and prints what it found.
 *
 *     deno run --allow-all tests/browser/live_page.ts URL [FOLDER FOR SCREENSHOTS]
 *
 * A program of its own, because what drives the browser asks for more than a test may.
 *
 * @module
 */

import { openBrowser, openTab } from "./browser.ts";
import { inspect } from "./inspect.ts";

const [url, folder] = Deno.args;

const browser = await openBrowser();
const faults: string[] = [];
const found: Record<string, unknown> = {};
const looks = [[360, "dark"], [1_000, "light"], [2_000, "dark"]] as const;
for (const [width, colorScheme] of looks) {
  const tab = await openTab(browser, faults, { viewport: { width, height: 900 }, colorScheme });
  await tab.goto(url);
  await tab.locator("#health.good").waitFor();
  await tab.locator("#members tbody tr").nth(1).waitFor();
  await tab.locator("#keys button", { hasText: "user/ada" }).waitFor();

  // By the keyboard alone.
  await tab.locator("#prefix").fill("user/a");
  await tab.locator("#keys button", { hasText: "user/bob" }).waitFor({ state: "detached" });
  await tab.locator("#keys button", { hasText: "user/ada" }).focus();
  await tab.keyboard.press("Enter");
  await tab.locator("#entry").waitFor();
  await tab.locator("#value").fill(`seen at ${width}`);
  await tab.keyboard.press("Tab");
  await tab.keyboard.press("Enter");
  await tab.locator("#keys button", { hasText: `seen at ${width}` }).waitFor();
  await tab.locator("#entry-state", { hasText: "Put." }).waitFor();
  await tab.locator("#prefixes td", { hasText: "user/" }).waitFor();

  // A key that is not there yet, and then no more.
  const key = `made/${width}`;
  await tab.locator("#new-key").fill(key);
  await tab.keyboard.press("Enter");
  await tab.locator("#entry-key", { hasText: key }).waitFor();
  await tab.locator("#put:enabled").waitFor();
  await tab.locator("#value").fill("for a moment");
  await tab.locator("#put").press("Enter");
  await tab.locator("#prefix").fill("made/");
  await tab.locator("#keys button", { hasText: "for a moment" }).waitFor();
  tab.once("dialog", (dialog) => dialog.accept());
  await tab.locator("#delete").press("Enter");
  await tab.locator("#keys button", { hasText: key }).waitFor({ state: "detached" });
  await tab.locator("#entry-state", { hasText: "deleted" }).waitFor();
  await tab.locator("#prefix").fill("user/");
  await tab.locator("#keys button", { hasText: "user/ada" }).waitFor();

  await inspect(tab, `${width}`, faults, folder);
  found[width] = await tab.locator("#members tbody tr td:first-child").allInnerTexts();
  await tab.close();
}
await browser.close();
console.log(JSON.stringify({ found, faults }));
