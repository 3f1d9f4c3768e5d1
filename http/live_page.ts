import type { Answer } from "./answer.ts";
import { type PageFile, pageFiles } from "./page_files.ts";

/** Files of the page as `deno task page` makes it. */
const files: readonly PageFile[] = [
  ["/", "page.html", "text/html; charset=utf-8"],
  ["/page.css", "page.css", "text/css; charset=utf-8"],
  ["/page.js", "page.js", "text/javascript; charset=utf-8"],
];

/**
 * The page of a server, by path; where it was not made, a line that says so.
 *
 * @param folder where it is
 */
export function livePage(
  folder: URL = new URL("page/built/", import.meta.url),
): ReadonlyMap<string, Answer> {
  return pageFiles(files, folder, "deno task page");
}
