/**
 * Looks at the page of a server with a token that is good for some keys alone, and prints what it found.
 *
 *     deno run --allow-all tests/browser/limited_page.ts URL OF THE PAGE'S FOLDER [FOLDER FOR SCREENSHOTS]
 *
 * A program of its own, because what drives the browser asks for more than a test may.
 *
 * @module
 */

import type { HttpPort } from "../../http/mod.ts";
import { livePage } from "../../http/mod.ts";
import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { openHttpPort } from "../support/http_port.ts";
import { makeToken } from "../support/tokens.ts";
import { openBrowser, openTab } from "./browser.ts";
import { inspect } from "./inspect.ts";

const [page, folder] = Deno.args;
const [admin, limited] = [makeToken("admin"), makeToken("write", ["ada:", "bob:"], "ada")];
let http = undefined as HttpPort | undefined;
const server = await Server.start({
  startPort: 0,
  queryActorCount: 1,
  tokens: [admin.entry, limited.entry],
  async beforeStart(environment, access) {
    http = await openHttpPort({ environment, access, pages: livePage(new URL(page)) });
  },
});
http!.show(server);
await using client = new Client(server.queryAddresses[0], { token: admin.token });
for (const key of ["ada:1", "bob:1", "carol:1"]) await client.put(key, `of ${key}`);

const browser = await openBrowser();
const faults: string[] = [];
const found: unknown[] = [];
for (const width of [360, 1_000]) {
  const tab = await openTab(browser, faults, { viewport: { width, height: 900 } });
  const shows = (selector: string, hasText: string) => tab.locator(selector, { hasText }).waitFor();
  await tab.goto(`http://${http!.address}/`);
  await tab.locator("#token").fill(limited.token);
  await tab.keyboard.press("Enter");
  await tab.locator("#health.good").waitFor();
  await shows("#count", "2 keys");
  const keys = await tab.locator("#keys button span:first-child").allInnerTexts();

  // What is written at the moment is seen, of its own keys alone.
  await client.put("carol:2", "unseen");
  await client.put("bob:1", `live at ${width}`);
  await shows("#keys button", `live at ${width}`);
  await shows("#prefixes td", "bob:");
  const busiest = await tab.locator("#prefixes tbody").innerText();

  // A wider prefix, one of its own, and one that it does not see.
  await tab.locator("#prefix").fill("ada:");
  await shows("#count", "1 key");
  await tab.locator("#prefix").fill("carol:");
  await shows("#count", "The token is good for");
  const elsewhere = await tab.locator("#count").innerText();
  await tab.locator("#prefix").fill("");
  await shows("#count", "2 keys");

  // It may write its own keys, and is told plainly of others.
  await tab.locator("#new-key").fill("carol:1");
  await tab.keyboard.press("Enter");
  await shows("#entry-state", "Cannot Get");
  const refused = await tab.locator("#entry-state").innerText();
  await tab.locator("#close").click();
  await tab.locator("#keys button", { hasText: "ada:1" }).click();
  await tab.locator("#put:enabled").waitFor();
  await tab.locator("#value").fill(`put at ${width}`);
  await tab.locator("#put").click();
  await shows("#entry-state", "Put.");

  await inspect(tab, `limited-${width}`, faults, folder);
  found.push({
    keys,
    isCarolCounted: busiest.includes("carol"),
    elsewhere,
    refused,
    put: await client.get("ada:1"),
    limit: await tab.locator("#limit-keys").innerText(),
    charts: await tab.locator("#charts-card").isVisible(),
    titles: await tab.locator("#members th").allInnerTexts(),
  });
  await tab.close();
}
await browser.close();
http!.show("stopping");
await http!.close();
await server.close();
// The browser says of itself that a token was asked for.
const others = faults.filter((fault) => !/status of 401/.test(fault));
console.log(JSON.stringify({ found, faults: others }));
