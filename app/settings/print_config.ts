import type { Invocation, OptionSpec } from "../cli/command_spec.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { configText } from "./config_text.ts";
import { settingsOf } from "./setting.ts";

/** Prints the settings of an invocation as a file. @returns the exit code. */
export async function printConfig(
  { options, console }: Invocation,
  specs: readonly OptionSpec[],
): Promise<number> {
  console.out(await configText(options, settingsOf(specs)));
  return exitCodes.ok;
}
