import type { OptionSpec } from "./command_spec.ts";
import { UsageError } from "./usage_error.ts";

/** An option whose value is one of some words: how it is written, completed and parsed. */
export function choiceOf(words: readonly string[]): Pick<OptionSpec, "value" | "values" | "parse"> {
  return {
    value: words.join("|"),
    values: words,
    parse(text) {
      if (words.includes(text)) return text;
      throw new UsageError(`Allowed are ${words.slice(0, -1).join(", ")} and ${words.at(-1)}.`);
    },
  };
}
