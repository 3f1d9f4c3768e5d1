/**
 * The world that `--world FILE` names, which somebody has written.
 *
 * @module
 */

import { checkWorld, playIn, type WorldFile, WorldFileError } from "../game/mod.ts";
import type { Invocation } from "../cli/command_spec.ts";
import { readText } from "../cli/text_file.ts";
import { UsageError } from "../cli/usage_error.ts";

/**
 * Lets this process play in the world that `invocation` names, if it names one.
 *
 * @throws {UsageError} It is no world.
 */
export async function chooseWorld({ options }: Invocation): Promise<void> {
  const path = options.world as string | undefined;
  if (path !== undefined) playIn(parseWorld(path, await readText(path)));
}

function parseWorld(path: string, text: string): WorldFile {
  try {
    return checkWorld(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof SyntaxError) {
      throw new UsageError(`Cannot read the world in ${path}: ${cause.message}`, { cause });
    }
    if (!(cause instanceof WorldFileError)) throw cause;
    const { faults } = cause;
    const shown = faults.slice(0, faultsShown).map((fault) => `\n  ${fault}`).join("");
    const more = faults.length - faultsShown;
    const rest = more > 0 ? `\n  and ${more} more` : "";
    throw new UsageError(`Cannot play in the world of ${path}:${shown}${rest}`, { cause });
  }
}

/** Faults that are told at once. */
const faultsShown = 10;
