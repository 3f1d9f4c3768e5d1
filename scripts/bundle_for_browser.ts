/**
 * Makes one script for browsers of a module and all that it imports; ends the program when that fails.
 *
 * @param root the folder with the `deno.json` that names the packages; default: the current one
 */
export async function bundleForBrowser(entry: string, output: string, root = "."): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform=browser", "--minify", `--output=${output}`, entry],
    cwd: root,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  console.error(`Cannot bundle ${entry}:\n${new TextDecoder().decode(stderr)}`);
  Deno.exit(1);
}
