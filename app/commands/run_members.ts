import type { Invocation } from "../cli/command_spec.ts";
import { escapeControl } from "../../rpc/mod.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { defaultSystemAddress, parseAddressOption } from "../cli/query_client.ts";
import { withClient } from "../cli/with_client.ts";
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

/** Has the cluster forget a server. @returns 1 when it was not known. */
export function runForget(invocation: Invocation): Promise<number> {
  const [address] = invocation.arguments;
  parseAddressOption(address!, defaultSystemAddress);
  return withClient(invocation, async (client) => {
    if (await client.forget(address!)) return exitCodes.ok;
    const { console, options } = invocation;
    const asked = options.server as readonly string[] | undefined;
    const server = asked === undefined ? "" : ` --server ${asked.join(",")}`;
    const found = `No server is known at ${escapeControl(address!)}`;
    console.err(`${found}\nThose that are known are shown by: cmud members${server}\n`);
    return exitCodes.keyNotFound;
  });
}
