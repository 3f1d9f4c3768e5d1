import type { CommandSpec } from "../cli/command_spec.ts";
import { askingOptions, askingPermissions } from "../cli/client_options.ts";

const load = () => import("./run_members.ts");

/** `cmud members` */
export const membersCommand: CommandSpec = {
  name: "members",
  summary: "Show the servers that a server knows, and how it reaches them",
  options: [
    ...askingOptions,
    { name: "--json", summary: "print one JSON object per server" },
  ],
  examples: [
    ["cmud members", "those that the local server knows, itself first"],
    ["cmud members --server 192.0.2.7:6001", "those that another one knows"],
    ["cmud members forget 192.0.2.9:6000", "one that will not come back"],
  ],
  commands: [
    {
      name: "forget",
      summary: "Forget a server that is down, in the whole cluster, until it greets again itself",
      arguments: [{ name: "HOST:PORT", summary: "its system port, as members shows it" }],
      examples: [["cmud members forget 192.0.2.9:6000", "exit code 1 when it is not known"]],
      permissions: askingPermissions,
      run: async (invocation) => (await load()).runForget(invocation),
    },
  ],
  permissions: askingPermissions,
  run: async (invocation) => (await load()).runMembers(invocation),
};
