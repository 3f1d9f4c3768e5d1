import { loadPlaywright } from "../deps.ts";

/** Starts Debian's browser. Its sandbox needs rights that a container may not give; the pages are our own. */
export async function openBrowser() {
  const { chromium } = await loadPlaywright();
  return await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
}

type Browser = Awaited<ReturnType<typeof openBrowser>>;

/** How a tab is to look. */
type Look = Parameters<Browser["newPage"]>[0];

/** A tab of it. @param faults gets what its page warns of, and what it throws */
export async function openTab(browser: Browser, faults: string[], look: Look) {
  const tab = await browser.newPage(look);
  // A browser on a machine that is busy takes its time.
  tab.setDefaultTimeout(120_000);
  tab.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(message.text());
  });
  tab.on("pageerror", (error) => faults.push(error.message));
  return tab;
}

/** A tab of the browser. */
export type Tab = Awaited<ReturnType<typeof openTab>>;
