import { logFormats, logLevels } from "../../log/mod.ts";
import { choiceOf } from "../cli/choice_option.ts";
import type { OptionSpec } from "../cli/command_spec.ts";

/** How whatever runs until it is stopped logs. */
export const logOptions: readonly OptionSpec[] = [
  {
    name: "--log-level",
    ...choiceOf(logLevels),
    summary: "log on stderr what matters so much, or more (default: info)",
  },
  {
    name: "--log-format",
    ...choiceOf(logFormats),
    summary: "log lines for people, or objects (default: text)",
  },
];
