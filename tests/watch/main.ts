/**
 * Kills servers, and those who watch, while others put and delete, and compares at the end what was
 * watched with what is there.
 *
 *     deno task watches --kills 200
 *
 * @module
 */

import { TempDirectory } from "../support/disk/temp_directory.ts";
import { integerOptions } from "../support/integer_options.ts";
import { killAndWatch } from "./killed_watch.ts";

const { kills } = integerOptions({ kills: 200 });

for (const serverCount of [1, 2] as const) {
  using directory = new TempDirectory();
  const { told, puts, faults, isEqual } = await killAndWatch(kills, serverCount, directory.path);
  const servers = serverCount === 1 ? "1 server" : "2 servers";
  console.log(`${servers}, ${kills} kills, ${puts} Puts and Deletes: ${told} changes were told`);
  if (isEqual && faults.length === 0) continue;
  for (const fault of faults) console.log(`Fault: ${fault}`);
  if (!isEqual) console.log("Fault: what was watched is not what is there");
  Deno.exit(1);
}
console.log("What was watched is what is there");
