/**
 * Plays on the page of a host as people would, at three widths and with a screen reader, and prints what it
 * found.
 *
 *     deno run --allow-all tests/browser/play_page.ts URL [FOLDER FOR SCREENSHOTS]
 *
 * A program of its own, because what drives the browser asks for more than a test may.
 *
 * @module
 */

import { openBrowser, openTab, type Tab } from "./browser.ts";
import { inspect } from "./inspect.ts";

const [url, folder] = Deno.args;
const browser = await openBrowser();
const faults: string[] = [];
const found: Record<string, unknown> = {};

/** All that the terminal shows, or the log with the prompt, rows joined. */
const textOf = (tab: Tab) =>
  tab.evaluate(
    "(document.querySelector('#log').hidden ? document.querySelector('.xterm-rows') : " +
      "document.querySelector('#log')).innerText.replaceAll('\\u00a0', ' ') + " +
      "document.querySelector('#prompt').textContent",
  ) as Promise<string>;

async function sees(tab: Tab, text: string): Promise<void> {
  for (const startMs = performance.now(); !(await textOf(tab)).includes(text);) {
    if (performance.now() - startMs > 60_000) {
      throw new Error(`There is no ${text} in: ${await textOf(tab)}`);
    }
    await tab.waitForTimeout(50);
  }
}

const look = (tab: Tab, name: string) => inspect(tab, name, faults, folder);

/** Enrols, on the terminal or in the line. */
async function enrol(tab: Tab, name: string, type: (line: string) => Promise<void>): Promise<void> {
  const isDone = (text: string) => tab.locator("#state", { hasText: text }).waitFor();
  await sees(tab, "What is your name?");
  await isDone("connected");
  await type(name);
  await sees(tab, "Choose a password");
  await type("correct horse");
  await sees(tab, "again");
  await type("correct horse");
  await isDone(`You are ${name}.`);
  await sees(tab, `Welcome, ${name}`);
  if ((await tab.content()).includes("correct horse")) {
    faults.push(`${name}: the password is shown`);
  }
}

// A telephone: lines are typed below the terminal.
const phone = await openTab(browser, faults, {
  viewport: { width: 360, height: 740 },
  colorScheme: "dark",
  hasTouch: true,
  isMobile: true,
});
await phone.goto(url);
const typeLine = (tab: Tab) => async (line: string) => {
  await tab.locator("#typed").fill(line);
  await tab.locator("#line button").click();
};
await enrol(phone, "Ada", typeLine(phone));
await typeLine(phone)("");
await sees(phone, "laptop");
await phone.locator("#commands button", { hasText: "shop" }).tap();
await sees(phone, "Xeon");
// An attempt may take no time at all; of ten, one does.
await typeLine(phone)("mine 10");
await phone.locator("#progress").waitFor();
found.progress = await phone.locator("#progress").getAttribute("aria-label");
await look(phone, "360");
found.password = await phone.locator("#typed").getAttribute("type");

// A laptop: keys go to the terminal, and company stands beside it.
const laptop = await openTab(browser, faults, {
  viewport: { width: 1_000, height: 700 },
  colorScheme: "light",
});
await laptop.goto(url);
const typeKeys = async (line: string) => {
  await laptop.keyboard.type(line);
  await laptop.keyboard.press("Enter");
};
await enrol(laptop, "Bob", typeKeys);
await laptop.keyboard.press("Enter");
await laptop.locator("#company li", { hasText: "Ada" }).waitFor();
await typeKeys("say Hello, Ada.");
await sees(phone, "Bob says: Hello, Ada.");
await laptop.keyboard.type("ma");
await laptop.keyboard.press("Tab");
await laptop.keyboard.press("Enter");
await sees(laptop, "Bob (you), Ada");
await look(laptop, "1000");
found.places = await laptop.locator("#places [aria-current]").innerText();
await laptop.locator("#places button", { hasText: "Gates 6th Floor" }).click();
await sees(laptop, "Gates 6th Floor>");

// The page is loaded anew: the session goes on.
await laptop.reload();
await sees(laptop, "You are back.");
await laptop.locator("#you dd", { hasText: "Gates 6th Floor" }).waitFor();

// Lines to be read aloud.
const reader = await openTab(browser, faults, {
  viewport: { width: 2_000, height: 900 },
  colorScheme: "dark",
});
await reader.goto(url);
await reader.locator("#reader").click();
await enrol(reader, "Eve", typeLine(reader));
await typeLine(reader)("help mine");
await sees(reader, "mine");
await typeLine(reader)("map");
await sees(reader, "Gates 6th Floor: Bob");
await look(reader, "2000-reader");
found.escapes = (await textOf(reader)).includes("\x1b");
await reader.locator("#reader").click();
await sees(reader, "You are back.");
await look(reader, "2000");

await typeLine(phone)("quit");
await phone.locator("#state", { hasText: "The game is over." }).waitFor();
await phone.locator("#again").tap();
await sees(phone, "What is your name?");
await browser.close();
console.log(JSON.stringify({ found, faults }));
