import { hashOfToken, newToken, type TokenEntry } from "../../access/mod.ts";
import type { Invocation } from "../cli/command_spec.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { readTextIfThere, writeText } from "../cli/text_file.ts";
import { UsageError } from "../cli/usage_error.ts";
import {
  entryText,
  parseAuthFile,
  prefixesFrom,
  roleFrom,
  tokenNameFrom,
} from "../settings/auth_file.ts";

/** Only the owner may read what is written. */
const ownersOnly = { mode: 0o600 };

/** `cmud token new` */
export async function runNew({ options, console }: Invocation): Promise<number> {
  const token = newToken();
  const entry = entryFrom(options, hashOfToken(token));
  const text = await entryText(entry);
  const { authFile, tokenFile } = options as Record<string, string | undefined>;
  const isNewFile = authFile !== undefined && await expectAddable(authFile, text) === "new";
  if (tokenFile !== undefined) {
    await writeText(tokenFile, `${token}\n`, { ...ownersOnly, createNew: true });
  }
  if (authFile !== undefined) {
    try {
      // A mode would be given to a file that is there, too, which its server may have to read as another user.
      const mode = isNewFile ? ownersOnly : {};
      await writeText(authFile, `\n${text}`, { ...mode, append: true });
    } catch (error) {
      // A token that lets nobody in would only stand in the way of the next one.
      if (tokenFile !== undefined) await Deno.remove(tokenFile);
      throw error;
    }
  }
  // A token that could not be added lets nobody in: it is printed when all is written.
  const printed = [
    ...tokenFile === undefined ? [`${token}\n`] : [],
    ...authFile === undefined ? [text] : [],
  ];
  if (printed.length > 0) console.out(printed.join("\n"));
  return exitCodes.ok;
}

function entryFrom(options: Invocation["options"], hash: string): TokenEntry {
  if (options.name === undefined) throw new UsageError("Cannot make a token without --name");
  if (options.role === undefined) throw new UsageError("Cannot make a token without --role");
  const role = checked("--role", () => roleFrom(options.role));
  return {
    name: checked("--name", () => tokenNameFrom(options.name as string)),
    hash,
    role,
    prefixes: checked("--prefix", () => prefixesFrom(options.prefix ?? [], role)),
  };
}

function checked<T>(option: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`Cannot use ${option}: ${error.message}`, { cause: error });
  }
}

/**
 * @returns whether the file is there.
 * @throws {UsageError} unless it can be used with the entry behind it.
 */
async function expectAddable(path: string, entry: string): Promise<"new" | "there"> {
  const text = await readTextIfThere(path);
  await parseAuthFile(`${text ?? ""}\n${entry}`, path);
  return text === undefined ? "new" : "there";
}
