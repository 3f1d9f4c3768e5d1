/**
 * The token that the program shows servers. It stands on no command line, where others could read it.
 *
 * @module
 */

// Not all of that part, which loads cryptography.
import { isToken } from "../../access/token_form.ts";
import type { Invocation, OptionSpec } from "./command_spec.ts";
import { readText } from "./text_file.ts";
import { UsageError } from "./usage_error.ts";

/** Names the environment variables that stand in for `--token-file`. */
const fileVariable = "CMUD_TOKEN_FILE";
const tokenVariable = "CMUD_TOKEN";

/** Names the file with the token that is shown to servers. */
export const tokenFileOption: OptionSpec = {
  name: "--token-file",
  value: "FILE",
  summary: `file with the token to show (default: $${fileVariable}, or the token in ` +
    `$${tokenVariable})`,
  completes: "files",
};

/** The file that the token is in, if it is in one. */
export function tokenFileOf({ options, console }: Invocation): string | undefined {
  return options.tokenFile as string | undefined ?? (console.env(fileVariable) || undefined);
}

/**
 * The token of an invocation; `undefined`: there is none.
 *
 * @throws {UsageError} when the file cannot be read, or there is another thing where the token should be.
 */
export async function readToken(invocation: Invocation): Promise<string | undefined> {
  const path = tokenFileOf(invocation);
  if (path === undefined) {
    const token = invocation.console.env(tokenVariable)?.trim();
    return token ? expectToken(token, `$${tokenVariable}`) : undefined;
  }
  return expectToken((await readText(path)).trim(), path);
}

/** Whatever else is there is told to nobody, and shown to no server. */
function expectToken(text: string, where: string): string {
  if (isToken(text)) return text;
  throw new UsageError(
    `Cannot use ${where}: what is there is no token; one is made with: cmud token new`,
  );
}
