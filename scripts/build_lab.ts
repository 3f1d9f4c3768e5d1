import { fileURLToPath } from "node:url";
import { bundleForBrowser } from "./bundle_for_browser.ts";

const pathOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/**
 * Makes the files of the laboratory: the page, its style, its script, and the script of its worker, compressed,
 * so that all of it is small on whatever server.
 *
 * @param folder is made if need be
 */
export async function buildLab(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.copyFile(pathOf("lab/page.html"), `${folder}/index.html`);
  const styles = ["http/page/page.css", "lab/lab.css"].map((name) =>
    Deno.readTextFileSync(pathOf(name))
  );
  await Deno.writeTextFile(`${folder}/lab.css`, styles.join("\n"));
  await bundleForBrowser(pathOf("lab/main.js"), `${folder}/lab.js`);
  const core = `${folder}/core.js`;
  await bundleForBrowser(pathOf("lab/core/worker.ts"), core);
  await Deno.writeFile(`${folder}/core.bin`, await gzip(await Deno.readFile(core)));
  await Deno.remove(core);
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
