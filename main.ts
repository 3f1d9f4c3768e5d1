/**
 * `cmud`: a geographically distributed key-value store and the game that lives in it. Only running this
 * file runs the program; importing it does nothing.
 *
 * @module
 */

import { processConsole, runCommandLine } from "./app/mod.ts";

if (import.meta.main) Deno.exit(await runCommandLine(Deno.args, processConsole));
