/**
 * Writes the table of a server's settings in `docs/command-line.md` anew: `deno task settings`.
 *
 * @module
 */

import { serverOptions } from "../app/commands/server_command.ts";
import { settingsReference } from "../app/settings/mod.ts";

const path = new URL("../docs/command-line.md", import.meta.url);
const text = Deno.readTextFileSync(path);
const table = /^\| option +\| variable [^]*?\n(?!\|)/m;
if (!table.test(text)) throw new Error("Cannot find the table of settings in docs/command-line.md");
Deno.writeTextFileSync(path, text.replace(table, () => settingsReference(serverOptions)));
