/**
 * Uses the page of a server with wrong tokens, keys and values that are none of people, and a server that
 * ends, and prints what it said.
 *
 *     deno run --allow-all tests/browser/wronged_page.ts URL OF THE PAGE'S FOLDER [FOLDER FOR SCREENSHOTS]
 *
 * A program of its own, because what drives the browser asks for more than a test may.
 *
 * @module
 */

import { Access } from "../../access/mod.ts";
import { livePage } from "../../http/mod.ts";
import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { openHttpPort } from "../support/http_port.ts";
import { makeToken } from "../support/tokens.ts";
import { until } from "../support/until.ts";
import { openBrowser, openTab } from "./browser.ts";

const [page, screenshots] = Deno.args;
const [first, second] = [makeToken("admin", [], "first"), makeToken("admin", [], "second")];
const access = new Access([first.entry], realEnvironment);
const http = await openHttpPort({ access, pages: livePage(new URL(page)) });
const server = await Server.start({ startPort: 0, queryActorCount: 1, tokens: [first.entry] });
http.show(server);
await using client = new Client(server.queryAddresses[0], { token: second.token });
await using firstClient = new Client(server.queryAddresses[0], { token: first.token });
await Promise.all([
  ...Array.from({ length: 1_000 }, (_, i) => firstClient.put(`key/${1_000 + i}`, "value")),
  firstClient.put("<b>bold</b>", "<script>document.body.remove()</script>"),
  firstClient.put("bytes", new Uint8Array([0xff, 0, 10])),
]);

const browser = await openBrowser();
const thrown: string[] = [];
const tab = await openTab(browser, [], { viewport: { width: 360, height: 900 } });
tab.on("pageerror", (error) => thrown.push(error.message));
const text = (selector: string) => tab.locator(selector).innerText();
const shows = (selector: string, hasText: string) => tab.locator(selector, { hasText }).waitFor();
const picture = async (name: string) => {
  if (screenshots === undefined) return;
  await tab.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
};
const showToken = async (token: string) => {
  await tab.locator("#token").fill(token);
  await tab.keyboard.press("Enter");
};
await tab.goto(`http://${http.address}/`);

await tab.locator("#token-form").waitFor();
const wrongTokens: string[] = [];
for (const wrong of ["t\u00f6ken \u2026", "wrong"]) {
  await tab.locator("#token-form").waitFor();
  const before = await tab.locator("#token-fault").textContent();
  await showToken(wrong);
  await until(
    "it is refused",
    async () => await tab.locator("#token-fault").textContent() !== before,
  );
  wrongTokens.push((await tab.locator("#token-fault").textContent())!.trim());
}
await picture("token");
await showToken(first.token);
await tab.locator("#health.good").waitFor();

await shows("#count", "1,002 keys");
const counts = [await text("#count")];
const rows = await tab.locator("#keys button").count();
await picture("keys");
for (const [prefix, count] of [["<b>", "1 key"], ["nothing", "0 keys"]]) {
  await tab.locator("#prefix").fill(prefix);
  await shows("#count", count);
  counts.push(await text("#count"));
}
await tab.locator("#prefix").fill("");
await shows("#keys", "<script>");
await firstClient.put("key/0", "it comes first, and the last one that is shown goes");
await shows("#count", "1,003 keys");
counts.push(await text("#count"));

await shows("#keys", "3 bytes");
await tab.locator("#keys button", { hasText: "bytes" }).first().click();
await shows("#entry-state", "bytes");
const bytes = [await tab.locator("#put").isDisabled(), await text("#entry-state")];
await tab.locator("#put").click({ force: true });
await picture("bytes");
await firstClient.put("bytes/afterwards", "");
const bytesAfterwards = (await firstClient.get("bytes"))!.length;

// The token is taken back, and another one given.
access.replace([second.entry]);
await server.setTokens([second.entry]);
await tab.locator("#token-form").waitFor();
await showToken(second.token);
await tab.locator("#health.good").waitFor();
await shows("#keys", "key/0");
await tab.locator("#keys button", { hasText: "key/0" }).click();
await tab.locator("#put:enabled").waitFor();
await tab.locator("#value").fill("put with a new token");
await tab.locator("#put").click();
await shows("#entry-state", "Put.");
const newToken = await client.get("key/0");

// Who may read alone is offered nothing else.
const reader = makeToken("read");
access.replace([second.entry, reader.entry]);
await server.setTokens([second.entry, reader.entry]);
const other = await openTab(browser, [], { viewport: { width: 360, height: 900 } });
await other.goto(`http://${http.address}/`);
await other.locator("#token").fill(reader.token);
await other.keyboard.press("Enter");
await other.locator("#keys button", { hasText: "key/0" }).click();
await until(
  "the value is shown",
  async () => await other.locator("#value").inputValue() === "put with a new token",
);
const readOnly = {
  value: await other.locator("#value").getAttribute("readonly") !== null,
  offered: await other.locator("#put:visible, #delete:visible, #new-entry:visible").count(),
};
await other.close();

http.show("stopping");
await server.close();
await shows("#health", "stopping");
const stopping = (await text("#health")).trim();
await tab.locator("#keys button", { hasText: "key/1001" }).click();
await shows("#entry-key", "key/1001");
await shows("#entry-state", "Cannot");
const unread = await tab.locator("#put").isDisabled();
await picture("stopping");
await http.close();
await shows("#health", "not reached");
const dead = await text("#health");
await picture("dead");

await browser.close();
console.log(JSON.stringify({
  ...{
    wrongTokens,
    counts,
    rows,
    bytes,
    bytesAfterwards,
    newToken,
    readOnly,
    stopping,
    unread,
    dead,
    thrown,
  },
}));
