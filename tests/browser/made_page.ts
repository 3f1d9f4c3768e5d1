import { TempDirectory } from "../support/disk/temp_directory.ts";
import { run } from "./program.ts";

/** Makes a page in a folder of its own, as `deno task page` does. @param source the folder of its modules */
export async function makePage(source: string): Promise<TempDirectory> {
  const directory = new TempDirectory();
  await run("--allow-all", "scripts/page.ts", source, directory.path);
  return directory;
}
