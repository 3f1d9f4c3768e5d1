import { type Answer, type PageFile, pageFiles } from "../../../http/mod.ts";

/** Files of the page as `deno task page` makes it. */
const files: readonly PageFile[] = [
  ["/", "page.html", "text/html; charset=utf-8"],
  ["/page.css", "page.css", "text/css; charset=utf-8"],
  ["/page.js", "page.js", "text/javascript; charset=utf-8"],
];

/**
 * The page on which people play, by path; where it was not made, a line that says so.
 *
 * @param folder where it is
 */
export function playPage(
  folder: URL = new URL("page/built/", import.meta.url),
): ReadonlyMap<string, Answer> {
  return pageFiles(files, folder, "deno task page");
}
