/**
 * Makes the picture of the laboratory that the README shows: two Puts of a key on either side of a cut.
 *
 *     deno task picture
 *
 * @module
 */

import { examples } from "../../lab/model/examples.ts";
import { linkOf } from "../../lab/model/link.ts";
import { buildLab } from "../../scripts/build_lab.ts";
import { serveLab } from "../../scripts/serve_lab.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { openBrowser } from "./browser.ts";

const [file, isAllowed] = Deno.args;

// What drives the browser asks for more than a task should give: a process of its own has it.
if (isAllowed === undefined) {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", import.meta.filename!, file, "allowed"],
  }).output();
  Deno.exit(code);
}

const { text } = examples.find(({ id }) => id === "conflict")!;
using directory = new TempDirectory();
await buildLab(directory.path);
await using server = serveLab(directory.path, 0);
const browser = await openBrowser();
const tab = await browser.newPage({ viewport: { width: 1_280, height: 915 } });
await tab.goto(`http://127.0.0.1:${server.addr.port}/${linkOf({ text, atMs: 1_785 })}`);
await tab.locator("#keys button.key", { hasText: "x" }).click();
await tab.locator("#inspected", { hasText: "wins against" }).waitFor();
// What has just come has come to rest.
await tab.waitForFunction("document.querySelector('#drawing .flash') === null");
await tab.screenshot({ path: file });
await browser.close();
