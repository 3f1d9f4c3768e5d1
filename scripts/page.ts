/**
 * Makes the page that a server shows: its modules, with the client and the charts, as one script. The
 * argument names the folder for it; what is there already is made anew when something has changed.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const [target] = Deno.args;
const root = new URL("../", import.meta.url);
const pathOf = (name: string) => fileURLToPath(new URL(name, root));

/** What the page is made of. */
const sources = ["http/page", "kvclient", "kvcommon", "rpc", "limits.ts", "deno.lock"];

/** When the newest file of a file or folder was changed; what was made is no source. */
function changedMs(path: string): number {
  if (path === pathOf("http/page/built")) return 0;
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
  await Deno.copyFile(pathOf("http/page/page.html"), `${target}/page.html`);
  const style = await Deno.readTextFile(new URL(import.meta.resolve("uplot/dist/uPlot.min.css")));
  const own = await Deno.readTextFile(pathOf("http/page/page.css"));
  await Deno.writeTextFile(`${target}/page.css`, `${style}\n${own}`);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform=browser",
      "--minify",
      `--output=${target}/page.js`,
      pathOf("http/page/main.js"),
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    console.error(`Cannot make the page:\n${new TextDecoder().decode(stderr)}`);
    Deno.exit(1);
  }
}
