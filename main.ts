/**
 * `cmud`: a geographically distributed key-value store and the game that lives in it.
 *
 * @module
 */

import { processConsole, runCommandLine } from "./app/mod.ts";

Deno.exit(await runCommandLine(Deno.args, processConsole));
