import type { Answer } from "./answer.ts";
import { pageFiles } from "./page_files.ts";

/**
 * The page of a server, by path; where it was not made, a line that says so.
 *
 * @param folder where it is
 */
export function livePage(
  folder: URL = new URL("page/built/", import.meta.url),
): ReadonlyMap<string, Answer> {
  return pageFiles(folder);
}
