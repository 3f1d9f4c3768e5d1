import type { Invocation, OptionSpec } from "../cli/command_spec.ts";
import { readConfigFile } from "./config_file.ts";
import { type Setting, settingOf, settingsOf } from "./setting.ts";
import { configOption } from "./settings_options.ts";
import { readVariable } from "./variables.ts";

/**
 * Fills in what the command line leaves out: from the environment, else from the file of `--config` or
 * its variable. A list from one of them is not added to that of another.
 *
 * @param options of the command
 * @throws {UsageError} when a variable or the file cannot be used.
 */
export async function settle(
  invocation: Invocation,
  options: readonly OptionSpec[],
): Promise<Invocation> {
  const { console } = invocation;
  const settings = settingsOf(options);
  const config = settingOf(configOption);
  const path = (invocation.options.config ?? readVariable(config, console)) as string | undefined;
  const fromFile = path === undefined ? {} : await readConfigFile(path, settings);
  const fromEnvironment = Object.fromEntries(
    settings.map((setting: Setting) => [setting.name, readVariable(setting, console)])
      .filter(([, value]) => value !== undefined),
  );
  return { ...invocation, options: { ...fromFile, ...fromEnvironment, ...invocation.options } };
}
