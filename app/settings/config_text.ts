import { loadToml } from "../../deps.ts";
import type { Setting } from "./setting.ts";

/** Writes a file that means the same as `values`, which are by the settings' names. */
export async function configText(
  values: Readonly<Record<string, unknown>>,
  settings: readonly Setting[],
): Promise<string> {
  const { stringify } = await loadToml();
  const given = settings.filter(({ name }) => values[name] !== undefined);
  return given.map((setting) =>
    `# ${setting.option.summary}\n${
      stringify({ [setting.key]: inFile(setting, values[setting.name]) }).trimEnd()
    }\n`
  ).join("\n");
}

/** A value in the form that a file has it in. */
function inFile({ option }: Setting, value: unknown): unknown {
  if (option.type === "duration") return `${value}ms`;
  return Array.isArray(value) && !option.repeatable ? value.join(",") : value;
}
