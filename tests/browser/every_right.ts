/**
 * Runs a program once more with every right, and ends as that does, where it has not all of them: what drives the
 * browser asks for more than a task should give.
 *
 * @param module the path of the program
 */
export async function withEveryRight(module: string): Promise<void> {
  const { state } = await Deno.permissions.query({ name: "ffi" });
  if (state === "granted") return;
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", module, ...Deno.args],
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  Deno.exit(code);
}
