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
import { until } from "../support/until.ts";

const [url, folder] = Deno.args;
const browser = await openBrowser();
const faults: string[] = [];
const found: Record<string, unknown> = {};

/** All that the terminal shows, or the log with the prompt, rows joined. */
async function textOf(tab: Tab): Promise<string> {
  const text = await tab.evaluate(
    "(document.querySelector('#log').hidden ? document.querySelector('.xterm-rows') : " +
      "document.querySelector('#log')).innerText + ' ' + document.querySelector('#prompt').textContent",
  ) as string;
  return text.replaceAll(/\s+/g, " ");
}

async function sees(tab: Tab, text: string): Promise<void> {
  for (const startMs = performance.now(); !(await textOf(tab)).includes(text);) {
    if (performance.now() - startMs > 60_000) {
      throw new Error(`There is no ${text} in: ${await textOf(tab)}`);
    }
    await tab.waitForTimeout(50);
  }
}

const look = (tab: Tab, name: string) => inspect(tab, name, faults, folder);

/** In the page: what lies outside the window, on something else, or has no room, and keys too small to touch. */
const crowded = `(() => {
  const seen = [...document.querySelectorAll("#log, #prompt, #typed, button")].map((element) => ({
    name: element.id || element.textContent,
    isKey: element.matches("#keys button"),
    box: element.getBoundingClientRect(),
  })).filter(({ box }) => box.width > 0);
  const faults = [];
  for (const { name, isKey, box } of seen) {
    // Keys are in a row that is longer than the window.
    const isOutside = box.top < 0 || box.bottom > innerHeight + 1 || (!isKey && box.right > innerWidth);
    if (isOutside) faults.push(name + " is outside of " + innerWidth + "x" + innerHeight);
    if (name === "log" ? box.height < 50 : isKey && box.height < 40) faults.push(name + " is too low");
    for (const other of seen) {
      const lies = box.left < other.box.right - 1 && other.box.left < box.right - 1 &&
        box.top < other.box.bottom - 1 && other.box.top < box.bottom - 1;
      if (other.name < name && lies) faults.push(name + " lies on " + other.name);
    }
  }
  return faults;
})()`;

/** Moves a finger up or down. */
async function swipe(tab: Tab, { x, from, to }: { x: number; from: number; to: number }) {
  const touch = await tab.context().newCDPSession(tab);
  const send = (
    type: "touchStart" | "touchMove" | "touchEnd",
    touchPoints: { x: number; y: number }[],
  ) => touch.send("Input.dispatchTouchEvent", { type, touchPoints });
  await send("touchStart", [{ x, y: from }]);
  for (let step = 1; step <= 10; step++) {
    await send("touchMove", [{ x, y: from + (to - from) * step / 10 }]);
  }
  await send("touchEnd", []);
  await touch.detach();
}

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

// A telephone: lines are typed below what is said.
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
const key = (tab: Tab, words: string) =>
  tab.locator("#keys button", { hasText: new RegExp(`^${words}$`) });
await sees(phone, "What is your name?");
// A key would be taken for a name.
found.keysOutside = await phone.locator("#keys").isVisible();
await look(phone, "360-outside");
await enrol(phone, "Ada", typeLine(phone));
await typeLine(phone)("");
await sees(phone, "laptop");
await sees(phone, "Gates 5th Floor>");
await phone.locator("#typed").tap();
await key(phone, "shop").tap();
await sees(phone, "Xeon");
await key(phone, "talk labmate").tap();
await sees(phone, "Your labmate says");
// Whoever types goes on typing.
await phone.locator("#typed").fill("read syllabus");
await phone.locator("#line button").tap();
await sees(phone, "In small print");
found.focus = await phone.evaluate("document.activeElement.id");
await key(phone, "up").tap();
await sees(phone, "Gates 6th Floor>");
await phone.locator("#about").tap();
await phone.locator("#around").waitFor();
await look(phone, "360-around");
await phone.locator("#places button", { hasText: "Gates 5th Floor" }).tap();
await sees(phone, "Gates 5th Floor>");
found.isAroundOpen = await phone.locator("#around").isVisible();
// An attempt may take no time at all; of ten, one does.
await typeLine(phone)("mine 10");
await phone.locator("#progress.on").waitFor();
found.progress = await phone.locator("#progress").getAttribute("aria-label");
await phone.locator("#line button", { hasText: "Stop" }).waitFor();
await look(phone, "360");
await phone.locator("#line button").tap();
await sees(phone, "You leave it at that.");
found.password = await phone.locator("#typed").getAttribute("type");
// Not by the page's own way to wait, which its policy does not let evaluate a text twice.
const holds = (claim: string) => phone.evaluate(claim) as Promise<boolean>;
// Turned, and with its keyboard: all that is typed, and something of what is said, is seen.
for (const [width, height] of [[740, 360], [740, 175], [360, 430], [360, 740]]) {
  await phone.setViewportSize({ width, height });
  await until("it has that height", () => holds(`innerHeight === ${height}`));
  // The log stays at its end; it is moved there in the frame of the change.
  await until(
    "the end of the log is seen",
    () =>
      holds(`(({ scrollTop, clientHeight, scrollHeight }) =>
    scrollTop + clientHeight > scrollHeight - 20)(document.querySelector("#log"))`),
  );
  faults.push(...await phone.evaluate(crowded) as string[]);
  await look(phone, `${width}x${height}`);
}
// With a finger one goes back to what was said, and what comes leaves it there.
const topOfLog = () =>
  phone.evaluate("document.querySelector('#log').scrollTop") as Promise<number>;
const end = await topOfLog();
await swipe(phone, { x: 180, from: 200, to: 400 });
await until(
  "the log has moved",
  () => holds(`document.querySelector("#log").scrollTop < ${end} - 100`),
);

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
found.isLeftThere = await topOfLog() < end - 100;

// The network is lost without a word, and comes back: each line arrives once, on both sides.
await phone.context().setOffline(true);
await typeLine(phone)("say I am on a train.");
await typeKeys("say Where are you?");
await phone.locator("#state", { hasText: "No connection" }).waitFor();
await typeLine(phone)("say I am in a tunnel.");
await typeKeys("say Are you there?");
await phone.context().setOffline(false);
await sees(phone, "You say: I am in a tunnel.");
await sees(phone, "Bob says: Are you there?");
await sees(laptop, "Ada says: I am in a tunnel.");
for (
  const [tab, said] of [
    [phone, "You say: I am on a train."],
    [phone, "You say: I am in a tunnel."],
    [phone, "Bob says: Where are you?"],
    [phone, "Bob says: Are you there?"],
    [laptop, "Ada says: I am on a train."],
    [laptop, "Ada says: I am in a tunnel."],
  ] as const
) {
  const times = (await textOf(tab)).split(said).length - 1;
  if (times !== 1) faults.push(`${said} is there ${times} times`);
}
// A page that is loaded anew shows what was said before.
await phone.reload();
await sees(phone, "You are back.");
await sees(phone, "Bob says: Are you there?");
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
await phone.locator("#state", { hasText: "Nobody plays here now." }).waitFor();
await phone.locator("#again").tap();
await phone.locator("#state", { hasText: "connected" }).waitFor();
found.isAroundLeft = await phone.locator("#about").isVisible();
await browser.close();
const wanted = /ERR_INTERNET_DISCONNECTED/;
console.log(JSON.stringify({ found, faults: faults.filter((fault) => !wanted.test(fault)) }));
