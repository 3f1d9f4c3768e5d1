/**
 * Puts on the medium which files a directory has: the sync of a file says nothing of its name. (Where
 * directories cannot be opened, on Windows, the file system sees to that.)
 */
export function syncDirectory(path: string): void {
  if (Deno.build.os === "windows") return;
  using directory = Deno.openSync(path);
  directory.syncSync();
}
