/**
 * Sends the same random commands to a real Redis and to a server of ours, and compares what they reply.
 *
 *     deno task compare:redis --commands 100000
 *
 * @module
 */

import { integerOptions } from "../support/integer_options.ts";
import { compareCommands } from "./comparing.ts";

const { commands } = integerOptions({ commands: 100_000 });

console.log(`${await compareCommands(commands)} commands, and every reply is the same`);
