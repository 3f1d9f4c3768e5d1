import type { OptionSpec } from "../cli/command_spec.ts";
import { UsageError } from "../cli/usage_error.ts";

/** Names the file of settings. */
export const configOption: OptionSpec = {
  name: "--config",
  value: "FILE",
  summary: "read options from a TOML file, whose keys are their names; environment variables as " +
    "CMUD_MAX_MEMORY come before it, and options before both",
  completes: "files",
  notInFile: true,
  parse(text) {
    if (text !== "") return text;
    throw new UsageError("Allowed is the path of a file.");
  },
};

/** Prints settings instead of using them. */
export const printConfigOption: OptionSpec = {
  name: "--print-config",
  summary: "print the options as such a file, wherever they come from, and end",
  notInFile: true,
};
