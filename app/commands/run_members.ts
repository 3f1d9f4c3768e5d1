import type { Invocation } from "../cli/command_spec.ts";
import { withClient } from "../cli/query_client.ts";
import { styleFor } from "../cli/style.ts";
import { printMembers } from "../kv/members.ts";

/** Shows the servers that the asked one knows. */
export function runMembers(invocation: Invocation): Promise<number> {
  const { console, options } = invocation;
  const format = options.json ? "json" : "lines";
  return withClient(
    invocation,
    (client) => printMembers({ client, console, format }, styleFor(console, "stdout", options)),
  );
}
