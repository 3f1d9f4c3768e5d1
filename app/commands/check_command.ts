import { parseDuration } from "../cli/duration_option.ts";
import type { CommandSpec } from "../cli/command_spec.ts";
import { askingOptions, askingPermissions } from "../cli/client_options.ts";
import { serverOption } from "../cli/query_client.ts";

/** `cmud check` */
export const checkCommand: CommandSpec = {
  name: "check",
  summary: "Compare the replicas of servers: whether they hold the same, and which keys differ",
  options: [
    {
      ...serverOption,
      summary: "a query port of each server; the others of the server are asked too " +
        "(default: $CMUD_SERVER, then 127.0.0.1:6001)",
    },
    ...askingOptions.filter((option) => option !== serverOption),
    {
      name: "--wait",
      value: "DURATION",
      summary: "how long to wait for them to be equal (default: not at all)",
      parse: parseDuration,
    },
    { name: "--json", summary: "print one JSON object" },
  ],
  examples: [
    ["cmud check", "the replicas of the local server"],
    ["cmud check --wait 10s --server 192.0.2.7:6001,192.0.2.8:6001", "those of two servers"],
  ],
  permissions: askingPermissions,
  run: async (invocation) => (await import("./run_check.ts")).runCheck(invocation),
};
