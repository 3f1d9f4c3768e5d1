import { type Answer, pageFiles } from "../../../http/mod.ts";

/**
 * The page on which people play, by path; where it was not made, a line that says so.
 *
 * @param folder where it is
 */
export function playPage(
  folder: URL = new URL("page/built/", import.meta.url),
): ReadonlyMap<string, Answer> {
  return pageFiles(folder);
}
