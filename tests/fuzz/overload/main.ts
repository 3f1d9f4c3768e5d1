/**
 * Sends a server ten times what it can do, and looks whether it keeps to its memory and its word.
 *
 *     deno task overload --seconds 30
 *
 * @module
 */

import { integerOptions } from "../../support/integer_options.ts";
import { overloadRun } from "./overload_run.ts";

const { seconds } = integerOptions({ seconds: 30 });
const { faults, text } = await overloadRun({ seconds, judgesFigures: true });
console.log(text);
for (const fault of faults) console.log(`Found: ${fault}`);
Deno.exit(faults.length === 0 ? 0 : 1);
