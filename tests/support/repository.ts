/** The files of this repository, for tests of what they say. Paths are from its root, with `/`. */

/** The folder of the repository. */
export const root = new URL("../../", import.meta.url);

/** The text of a file. */
export function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, root));
}

/** What tools leave in the folder. */
const made = [".git", "coverage", "dist", "node_modules"];

/** The paths of files whose name has this end, `folder` being "" or ending in `/`. */
export function* filesBelow(folder: string, end: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, root))) {
    if (made.includes(name)) continue;
    if (isDirectory) yield* filesBelow(`${folder}${name}/`, end);
    else if (name.endsWith(end)) yield folder + name;
  }
}
