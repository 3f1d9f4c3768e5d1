import type { OptionSpec } from "../cli/command_spec.ts";
import { settingOf, typeOf } from "./setting.ts";

/** A table in Markdown of options, the variable of each, and its key and type in a file. */
export function settingsReference(options: readonly OptionSpec[]): string {
  const rows = options.map((option) => {
    const setting = settingOf(option);
    const { name, value, notInFile, summary } = option;
    // `--print-config` is for whoever types it.
    const hasVariable = !notInFile || value !== undefined;
    return [
      `\`${value === undefined ? name : `${name} ${value}`}\``,
      hasVariable ? `\`${setting.variable}\`` : "",
      notInFile ? "" : typeOf(setting),
      summary,
    ];
  });
  const lines = [["option", "variable", "in a file", "effect"], ["-", "-", "-", "-"], ...rows];
  return lines.map((cells) => `| ${cells.map(inCell).join(" | ")} |\n`).join("");
}

function inCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
