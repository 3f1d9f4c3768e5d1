import type { CommandSpec } from "../cli/command_spec.ts";
import { serverOption } from "../cli/query_client.ts";

const load = () => import("./run_members.ts");

/** `cmud members` */
export const membersCommand: CommandSpec = {
  name: "members",
  summary: "Show the servers that a server knows, and how it reaches them",
  options: [
    serverOption,
    { name: "--json", summary: "print one JSON object per server" },
  ],
  examples: [
    ["cmud members", "those that the local server knows, itself first"],
    ["cmud members --server 192.0.2.7:6001", "those that another one knows"],
  ],
  permissions: ["net"],
  run: async (invocation) => (await load()).runMembers(invocation),
};
