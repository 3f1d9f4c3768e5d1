/**
 * Looks at the laboratory with five servers of long names, at three widths, and prints which texts of their cards
 * leave the card, or cover each other.
 *
 *     deno run --allow-all tests/browser/lab_labels.ts URL [FOLDER FOR SCREENSHOTS]
 *
 * @module
 */

import { linkOf } from "../../lab/model/link.ts";
import { openBrowser, openTab } from "./browser.ts";

const [url, folder] = Deno.args;

const text = `
server amsterdam-west-1 replicas 2 skew +4500 ms
server frankfurt replicas 2 skew -250 ms joins amsterdam-west-1
server sao-paulo-central-12 replicas 2 skew -3600 s joins amsterdam-west-1
server singapore-north-east replicas 8 joins frankfurt
server tokyo joins frankfurt
at 3 s
put a-rather-long-key = a-value-that-is-long on amsterdam-west-1
put "the third key" = "with spaces in it" on singapore-north-east
at 8 s
`;

const wrongTexts = `(() => {
  const boxOf = (node) => node.getBoundingClientRect();
  const wrong = [];
  for (const server of document.querySelectorAll("#drawing .server")) {
    const card = boxOf(server.querySelector(".frame"));
    const texts = [...server.querySelectorAll("text")].filter((it) => it.textContent !== "");
    texts.forEach((node, i) => {
      const box = boxOf(node);
      if (box.left < card.left || box.right > card.right) wrong.push(node.textContent + " leaves");
      for (const other of texts.slice(i + 1)) {
        const { left, right, top, bottom } = boxOf(other);
        // Of a line of text some is empty.
        const isBeside = right <= box.left || left >= box.right;
        const isApart = top + 4 >= box.bottom || bottom - 4 <= box.top;
        if (!isBeside && !isApart) wrong.push(node.textContent + " covers " + other.textContent);
      }
    });
  }
  return wrong;
})()`;

const browser = await openBrowser();
const faults: string[] = [];
const found: Record<string, unknown> = {};
for (const width of [360, 1_000, 1_600]) {
  const tab = await openTab(browser, faults, { viewport: { width, height: 800 } });
  await tab.goto(`${url}${linkOf({ text, atMs: 3_090 })}`);
  await tab.waitForFunction("document.querySelectorAll('#drawing .server').length === 5");
  await tab.waitForFunction("document.querySelector('#drawing .cell') !== null");
  found[width] = await tab.evaluate(wrongTexts);
  if (folder !== undefined) await tab.screenshot({ path: `${folder}/labels-${width}.png` });
  await tab.close();
}
console.log(JSON.stringify({ found, faults }));
await browser.close();
