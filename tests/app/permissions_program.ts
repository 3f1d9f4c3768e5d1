/** As `main.ts`, and says on stderr which permissions are left whenever some have been given up. */

import { processConsole, runCommandLine } from "../../app/mod.ts";

const names = ["net", "read", "write", "run", "ffi", "sys"] as const;

const console: typeof processConsole = {
  ...processConsole,
  keepOnly(permissions) {
    processConsole.keepOnly!(permissions);
    const left = names.filter((name) => Deno.permissions.querySync({ name }).state === "granted");
    processConsole.err(`left: ${left.join(" ")}\n`);
  },
};

Deno.exit(await runCommandLine(Deno.args, console));
