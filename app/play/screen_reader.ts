/**
 * Whether what is written is read aloud: said on the command line, remembered from the last time, or
 * asked for.
 *
 * @module
 */

import type { Invocation, OptionSpec } from "../cli/command_spec.ts";
import type { StateDirectory } from "../cli/state_directory.ts";

/** Says so on the command line. */
export const screenReaderOptions: readonly OptionSpec[] = [
  { name: "--screen-reader", summary: "no pictures, no bars, no colours: lines to be read aloud" },
  { name: "--no-screen-reader", summary: "with them; either is remembered" },
];

const fileName = "screen_reader";

const question = "Do you use a screen reader? Type yes and press Enter, or only Enter for no: ";

/**
 * What the invocation or the file of the last time says; on a terminal where neither says anything,
 * the answer to a question, asked with `ask` before anything else is written.
 *
 * @returns `undefined` at the end of input, and for who leaves.
 */
export async function usesScreenReader(
  { options, console }: Invocation,
  directory: StateDirectory,
  ask: (question: string) => Promise<string | undefined>,
): Promise<boolean | undefined> {
  const said = options.screenReader as boolean | undefined;
  if (!console.stdinIsTerminal || !console.stdoutIsTerminal) return said === true;
  if (said !== undefined) return remember(directory, said);
  const remembered = directory.use(fileName, read);
  if (remembered !== undefined) return remembered;
  for (;;) {
    const answer = await ask(question);
    if (answer === undefined || /^\s*(?:quit|exit)\s*$/i.test(answer)) return undefined;
    const [, yes, no] = /^\s*(?:(y|yes)|(n|no|))\s*$/i.exec(answer) ?? [];
    if (yes !== undefined) return remember(directory, true);
    if (no !== undefined) return remember(directory, false);
  }
}

function remember(directory: StateDirectory, answer: boolean): boolean {
  directory.use(fileName, (path) => {
    Deno.writeTextFileSync(path, answer ? "yes\n" : "no\n", { mode: 0o600 });
  });
  return answer;
}

function read(path: string): boolean | undefined {
  try {
    const text = Deno.readTextFileSync(path).trim();
    return text === "yes" ? true : text === "no" ? false : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
