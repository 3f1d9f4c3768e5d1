import type { OptionSpec } from "./command_spec.ts";
import { UsageError } from "./usage_error.ts";

/** The `--data-dir` of whatever keeps data; `summary` says what for. */
export function dataDirOption(summary: string): OptionSpec {
  return {
    name: "--data-dir",
    value: "DIR",
    summary,
    completes: "files",
    parse: (text) => {
      if (text === "") throw new UsageError("Allowed is the path of a directory.");
      // It would be another directory than the one that is meant.
      if (text.includes("\ufffd")) throw new UsageError("Allowed is a path that is valid UTF-8.");
      return text;
    },
  };
}
