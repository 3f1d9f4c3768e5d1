/**
 * Settings: options that may also come from the environment (`CMUD_...`) or from a TOML file.
 *
 * ```ts
 * import { configText, parseConfig, settingsOf } from "./mod.ts";
 *
 * const settings = settingsOf([{ name: "--host", value: "HOST", summary: "where to listen" }]);
 * const values = await parseConfig('host = "127.0.0.1"', settings, "cmud.toml");
 * const text = await configText(values, settings);
 * if (text !== '# where to listen\nhost = "127.0.0.1"\n') throw new Error("it is another setting");
 * ```
 *
 * @module
 */

export { parseConfig } from "./config_file.ts";
export { configText } from "./config_text.ts";
export { printConfig } from "./print_config.ts";
export { settingsReference } from "./reference.ts";
export { type Setting, settingOf, settingsOf, typeOf } from "./setting.ts";
export { settle } from "./settle.ts";
