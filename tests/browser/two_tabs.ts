/**
 * Uses the example's page in two tabs of a browser, one for each server, and prints what they showed.
 *
 *     deno run --allow-all tests/browser/two_tabs.ts URL URL [SCREENSHOT]
 *
 * A program of its own, because what drives the browser asks for more than a test may.
 *
 * @module
 */

import { openBrowser, openTab, type Tab } from "./browser.ts";

const [urls, [screenshot]] = [Deno.args.slice(0, 2), Deno.args.slice(2)];
const browser = await openBrowser();
const faults: string[] = [];
const [one, two] = await Promise.all(urls.map(async (url) => {
  const tab = await openTab(browser, faults, { viewport: { width: 900, height: 640 } });
  await tab.goto(url);
  await tab.locator("#status.live").waitFor();
  return tab;
}));

async function put(tab: Tab, key: string, value: string): Promise<void> {
  await tab.fill("#key", key);
  await tab.fill("#value", value);
  await tab.click("#put button");
}

const row = (tab: Tab, key: string, value: string) =>
  tab.locator("#entries tr", { hasText: `${key}${value}` });

const shown = (tab: Tab) => tab.locator("#entries tr").allInnerTexts();

const seen: Record<string, string[]> = {};
await put(one, "user/ada", "Countess");
await row(two, "user/ada", "Countess").waitFor();
await put(two, "user/ada", "Mathematician");
await put(two, "user/bob", "Builder");
await row(one, "user/bob", "Builder").waitFor();
await row(one, "user/ada", "Mathematician").waitFor();
seen.both = await shown(one);
if (screenshot !== undefined) await one.screenshot({ path: screenshot });

await one.fill("#prefix", "job/");
await put(two, "job/1", "waits");
await row(one, "job/1", "waits").waitFor();
seen.belowPrefix = await shown(one);

await row(two, "user/ada", "Mathematician").getByRole("button").click();
await row(two, "user/ada", "Mathematician").waitFor({ state: "detached" });
await one.fill("#prefix", "");
await row(one, "user/bob", "Builder").waitFor();
seen.afterDelete = await shown(one);

await browser.close();
console.log(JSON.stringify({ seen, faults }));
