/**
 * Makes a page: its modules, with what they import, as one script, and its styles as one sheet. The arguments
 * name the page's folder, and the one for what is made; that is made anew when something has changed.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { bundleForBrowser } from "./bundle_for_browser.ts";

const [page, target] = Deno.args;
const root = new URL("../", import.meta.url);
const pathOf = (name: string) => fileURLToPath(new URL(name, root));

/** The style that all pages share. */
const base = "http/page/base.css";

/** What each page is made of beside its folder, and the styles of packages that it uses. */
const made: Readonly<Record<string, { sources: readonly string[]; style: string }>> = {
  "http/page": {
    sources: ["access", "kvclient", "kvcommon", "rpc", "limits.ts", "deno.lock"],
    style: "uplot/dist/uPlot.min.css",
  },
  "app/doors/web/page": { sources: ["deno.lock"], style: "@xterm/xterm/css/xterm.css" },
};

const { style: styleOfPackage, sources: others } = made[page];
const sources = [page, base, ...others];

/** When the newest file of a file or folder was changed; what was made is no source. */
function changedMs(path: string): number {
  if (path === pathOf(`${page}/built`)) return 0;
  const { isDirectory, mtime } = Deno.statSync(path);
  if (!isDirectory) return mtime!.getTime();
  return Math.max(
    0,
    ...[...Deno.readDirSync(path)].map(({ name }) => changedMs(`${path}/${name}`)),
  );
}

function madeMs(): number {
  try {
    return Deno.statSync(`${target}/page.js`).mtime!.getTime();
  } catch {
    return -1;
  }
}

if (madeMs() < Math.max(...sources.map((source) => changedMs(pathOf(source))))) {
  await Deno.mkdir(target, { recursive: true });
  await Deno.copyFile(pathOf(`${page}/page.html`), `${target}/page.html`);
  const style = await Deno.readTextFile(new URL(import.meta.resolve(styleOfPackage)));
  const [common, own] = await Promise.all(
    [base, `${page}/page.css`].map((name) => Deno.readTextFile(pathOf(name))),
  );
  await Deno.writeTextFile(`${target}/page.css`, [style, common, own].join("\n"));
  await bundleForBrowser(pathOf(`${page}/main.js`), `${target}/page.js`);
}
