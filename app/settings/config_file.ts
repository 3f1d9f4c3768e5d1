import { loadToml } from "../../deps.ts";
import { didYouMean } from "../cli/suggest.ts";
import { readText } from "../cli/text_file.ts";
import { UsageError } from "../cli/usage_error.ts";
import { refusedValue } from "./refused_value.ts";
import { type Setting, typeOf } from "./setting.ts";

/** The values of a file, by the setting's name. @throws {UsageError} when the file cannot be used. */
export async function readConfigFile(
  path: string,
  settings: readonly Setting[],
): Promise<Record<string, unknown>> {
  return await parseConfig(await readText(path), settings, path);
}

/**
 * The values of the text of a file, by the setting's name.
 *
 * @param path of the file, for errors
 * @throws {UsageError} when it is no TOML, or has an unknown key or a value that is not allowed.
 */
export async function parseConfig(
  text: string,
  settings: readonly Setting[],
  path: string,
): Promise<Record<string, unknown>> {
  const { parse } = await loadToml();
  let table: Record<string, unknown>;
  try {
    // So that 1 is told from 1.0.
    table = parse(text, { integersAsBigInt: true });
  } catch (cause) {
    throw new UsageError(`Cannot use ${path}: ${(cause as Error).message.trimEnd()}`, { cause });
  }
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(table)) {
    const setting = settings.find((setting) => setting.key === key);
    if (setting === undefined) {
      const keys = settings.map(({ key }) => key);
      throw new UsageError(
        `Cannot use ${path}: unknown key ${JSON.stringify(key)}${didYouMean(key, keys)}`,
      );
    }
    try {
      values[setting.name] = valueOf(setting, value);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw refusedValue(`${key} in ${path}`, value, error);
    }
  }
  return values;
}

/** Goes by the option's own parser, so that a file allows what the command line allows. */
function valueOf(setting: Setting, value: unknown): unknown {
  const { value: takes, repeatable, type = "text", parse = (text) => text } = setting.option;
  const mismatch = () => {
    const example = type === "duration" ? ', as "30s"' : "";
    return new UsageError(`Allowed is a value of type ${typeOf(setting)}${example}.`);
  };
  const one = (value: unknown) => {
    const isText = typeof value === "string" && type !== "integer";
    const isInteger = typeof value === "bigint" && (type === "integer" || type === "size");
    if (isText || isInteger) return parse(String(value));
    throw mismatch();
  };
  if (takes === undefined) {
    if (typeof value === "boolean") return value;
    throw mismatch();
  }
  if (!repeatable) return one(value);
  if (Array.isArray(value)) return value.map(one);
  throw mismatch();
}
