/**
 * What the subcommands of `cmud kv` do.
 *
 * @module
 */

import type { Invocation } from "./command_spec.ts";
import { get, type KvSession, list, put, scan } from "./kv_queries.ts";
import { withClient } from "./query_client.ts";

/** `cmud kv get` */
export const runGet = query((session, [key]) => get(session, key!));

/** `cmud kv put` */
export const runPut = query((session, [key, value]) => put(session, key!, value!));

/** `cmud kv list` */
export const runList = query((session, [prefix = ""]) => list(session, prefix));

/** `cmud kv scan` */
export const runScan = query((session, [prefix = ""]) => scan(session, prefix));

/** `cmud kv shell` */
export const runShell = query(async (session, _arguments, { options }) => {
  const shell = await import("./kv_shell.ts");
  return shell.runShell(session, options);
});

function query(
  ask: (
    session: KvSession,
    args: readonly (string | undefined)[],
    invocation: Invocation,
  ) => Promise<number>,
): (invocation: Invocation) => Promise<number> {
  return (invocation) =>
    withClient(invocation, (client) => {
      const { arguments: args, options, console } = invocation;
      return ask({ client, console, json: options.json === true }, args, invocation);
    });
}
