import type { CommandSpec } from "../cli/command_spec.ts";
import { askingOptions, askingPermissions } from "../cli/client_options.ts";

/** `cmud status` */
export const statusCommand: CommandSpec = {
  name: "status",
  summary: "Show how query actors are doing, and what is not healthy",
  options: [
    ...askingOptions,
    { name: "--json", summary: "print one JSON object per query actor" },
    { name: "--watch", summary: "show it again every second until interrupted" },
  ],
  examples: [
    ["cmud status", "the local server's first query actor"],
    ["cmud status --watch --server 127.0.0.1:6001,127.0.0.1:6002", "two of them, live"],
  ],
  permissions: askingPermissions,
  run: async (invocation) => (await import("./run_status.ts")).runStatus(invocation),
};
