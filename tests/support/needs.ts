/** Tests that need more than Deno and this repository: where that is missing they are skipped, by name. */

/** The first of these programs that is not installed here; `undefined`: all are. */
export function missing(...programs: string[]): string | undefined {
  return programs.find((program) => !isInstalled(program));
}

/** Whether `program` answers to `--version`. One that cannot be started is an answer too. */
function isInstalled(program: string): boolean {
  try {
    const command = new Deno.Command(program, {
      args: ["--version"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    return command.outputSync().success;
  } catch {
    return false;
  }
}

/**
 * A test that is skipped, and says why in its name, where something that it needs is not there.
 *
 * @param lacking what is not there, such as "zsh"; `undefined` when everything is
 */
export function testUnless(
  lacking: string | undefined,
  name: string,
  fn: () => void | Promise<void>,
): void {
  const ignore = lacking !== undefined;
  // `.ci/run` looks for these words.
  Deno.test({ name: ignore ? `${name} (skipped: no ${lacking})` : name, ignore, fn });
}
