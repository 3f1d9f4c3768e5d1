import { DataDirectoryError } from "./data_error.ts";

/** @throws {DataDirectoryError} when a path is something else than a directory, as a file in it. */
export function expectDirectory(directory: string): void {
  const what = whatIsAt(directory);
  if (what !== undefined && what !== aDirectory) throw noDirectory(directory, what);
}

/** The error for what is no directory. */
export function noDirectory(directory: string, what: string): DataDirectoryError {
  return new DataDirectoryError(directory, `it is ${what}; allowed is a directory`);
}

/** What a directory is called. */
export const aDirectory = "a directory";

/** What has a path, as far as that can be seen; `undefined`: nothing has. */
export function whatIsAt(path: string): string | undefined {
  try {
    const { isDirectory, isFile } = Deno.statSync(path);
    return isDirectory ? aDirectory : isFile ? "a file" : "no directory";
  } catch {
    return isLink(path) ? "a symbolic link that leads nowhere" : undefined;
  }
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}
