/**
 * Makes the picture of the laboratory that the README shows: two Puts of a key on either side of a cut.
 *
 *     deno task picture
 *
 * @module
 */

import { examples } from "../../lab/model/examples.ts";
import { linkOf } from "../../lab/model/link.ts";
import { openBrowser } from "./browser.ts";
import { withEveryRight } from "./every_right.ts";
import { ServedLab } from "./served_lab.ts";

await withEveryRight(import.meta.filename!);

const [file] = Deno.args;

const { text } = examples.find(({ id }) => id === "conflict")!;
await using lab = await ServedLab.start();
const browser = await openBrowser();
const tab = await browser.newPage({ viewport: { width: 1_280, height: 915 } });
await tab.goto(`${lab.url}${linkOf({ text, atMs: 1_785 })}`);
await tab.locator("#keys button.key", { hasText: "x" }).click();
await tab.locator("#inspected", { hasText: "wins against" }).waitFor();
// What has just come has come to rest.
await tab.waitForFunction("document.querySelector('#drawing .flash') === null");
await tab.screenshot({ path: file });
await browser.close();
