import type { Console } from "../cli/console.ts";
import { UsageError } from "../cli/usage_error.ts";
import { refusedValue } from "./refused_value.ts";
import type { Setting } from "./setting.ts";

const switchWords: Readonly<Record<string, boolean>> = {
  true: true,
  1: true,
  false: false,
  0: false,
};

/**
 * The value that the environment has for a setting; `undefined` when it has none: a variable that is
 * empty counts as none.
 *
 * @throws {UsageError} when it is not allowed.
 */
export function readVariable(setting: Setting, console: Console): unknown {
  const { variable, option: { value, repeatable, parse = (text) => text } } = setting;
  const text = console.env(variable);
  if (!text) return undefined;
  try {
    if (value === undefined) return switchOf(text);
    return repeatable ? partsOf(text).map(parse) : parse(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw refusedValue(`$${variable}`, text, error);
  }
}

function switchOf(text: string): boolean {
  if (Object.hasOwn(switchWords, text)) return switchWords[text];
  throw new UsageError("Allowed are true, false, 1 and 0.");
}

/** Commas stand between the values, but the description of a server is JSON, and stands alone. */
function partsOf(text: string): string[] {
  if (text.trimStart().startsWith("{")) return [text];
  return text.split(",").map((part) => part.trim()).filter((part) => part !== "");
}
