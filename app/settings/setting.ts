import type { OptionSpec } from "../cli/command_spec.ts";

/** An option that may also come from the environment or a file. */
export interface Setting {
  readonly option: OptionSpec;
  /** In a file: the option's name without its dashes. */
  readonly key: string;
  /** In the environment. */
  readonly variable: string;
  /** In the options of an invocation. */
  readonly name: string;
}

/** The settings that a command's options are; those about settings themselves are none. */
export function settingsOf(options: readonly OptionSpec[]): Setting[] {
  return options.filter(({ notInFile }) => !notInFile).map(settingOf);
}

/** Every option has a variable, also one that is in no file. */
export function settingOf(option: OptionSpec): Setting {
  const key = option.name.replace(/^--/, "");
  return {
    option,
    key,
    variable: `CMUD_${key.toUpperCase().replaceAll("-", "_")}`,
    name: key.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()),
  };
}

/** What a value of the setting is in a file, for people. */
export function typeOf({ option }: Setting): string {
  if (option.value === undefined) return "boolean";
  const type = option.type ?? "text";
  return option.repeatable ? `list of ${type}s` : type;
}
