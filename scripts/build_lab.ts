import { fileURLToPath } from "node:url";
import { bundleForBrowser } from "./bundle_for_browser.ts";
import { compressed } from "./compressed.ts";

const pathOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/**
 * Makes the files of the laboratory: the page, its style, and its scripts, compressed, so that they are small on
 * whatever server.
 *
 * @param folder is made if need be
 */
export async function buildLab(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.copyFile(pathOf("lab/page.html"), `${folder}/index.html`);
  const styles = ["http/page/base.css", "http/page/page.css", "lab/lab.css"].map((name) =>
    Deno.readTextFileSync(pathOf(name))
  );
  await Deno.writeTextFile(`${folder}/lab.css`, compact(styles.join("\n")));
  await bundleForBrowser(pathOf("lab/boot.js"), `${folder}/boot.js`);
  for (const [name, entry] of [["lab", "lab/main.js"], ["core", "lab/core/worker.ts"]]) {
    const script = `${folder}/${name}.js`;
    await bundleForBrowser(pathOf(entry), script);
    await Deno.writeFile(`${folder}/${name}.bin`, await compressed(await Deno.readFile(script)));
    await Deno.remove(script);
  }
}

/** A style sheet without what only its readers want: comments, and room between words that nobody needs. */
function compact(style: string): string {
  return style.replace(/\/\*[^]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,]) ?/g, "$1")
    .replaceAll(": ", ":")
    .replaceAll(";}", "}");
}
