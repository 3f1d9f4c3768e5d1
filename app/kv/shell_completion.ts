/**
 * What the shell offers a person who types a line.
 *
 * @module
 */

import type { Client } from "../../kvclient/mod.ts";
import { appLimits } from "../../limits.ts";
import type { Completion } from "../terminal/mod.ts";
import { findCommand, shellCommands } from "./shell_commands.ts";
import { quoteWord, wordsSoFar } from "./shell_words.ts";

const nothing: Completion = { replaces: "", candidates: [] };

/**
 * The candidates for the word at the end of `typed`: commands, or keys that are in the store now.
 *
 * @throws what the client throws, or the signal's reason.
 */
export async function completeLine(
  client: Client,
  typed: string,
  signal: AbortSignal,
): Promise<Completion> {
  const words = wordsSoFar(typed);
  const word = words.at(-1)!;
  const replaces = typed.slice(word.start);
  if (words.length === 1) return { replaces, candidates: namesFrom(word.text) };
  const command = findCommand(words[0].text);
  if (words.length > 2 && !command.takesKeys) return nothing;
  if (command.name === "help") return { replaces, candidates: namesFrom(word.text) };
  if (!command.takesKey) return nothing;
  const keys: string[] = [];
  for await (const [key] of client.scan(word.text, { signal })) {
    // What all keys have in common is known only when all are known.
    if (keys.length === appLimits.completionKeysMax) {
      return { replaces, candidates: keys, isPart: true };
    }
    keys.push(quoteWord(key));
  }
  return { replaces, candidates: keys };
}

/** The parameters that are still to come, with a space in front where one is to be typed. */
export function hintFor(line: string): string {
  try {
    const words = wordsSoFar(line);
    const { parameters } = findCommand(words[0].text);
    const isBehindSpace = words.at(-1)!.start === line.length;
    const rest = parameters.slice(words.length - (isBehindSpace ? 2 : 1)).join(" ");
    return rest === "" || isBehindSpace ? rest : ` ${rest}`;
  } catch {
    // Not a command, or not yet.
    return "";
  }
}

function namesFrom(typed: string): string[] {
  return shellCommands.map(({ name }) => name).filter((name) =>
    name.startsWith(typed.toLowerCase())
  );
}
