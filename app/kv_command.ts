import type { CommandSpec, Invocation } from "./command_spec.ts";
import { get, type KvSession, list, put, scan } from "./kv_queries.ts";
import { runShell } from "./kv_shell.ts";
import { serverOption, withClient } from "./query_client.ts";

const keyArgument = { name: "KEY", summary: "any text of up to 4 KiB" };
const prefixArgument = {
  name: "PREFIX",
  summary: "what the keys begin with (default: every key)",
  optional: true,
};

/** `cmud kv` */
export const kvCommand: CommandSpec = {
  name: "kv",
  summary: "Ask the store",
  options: [serverOption, { name: "--json", summary: "print one JSON object per entry" }],
  examples: [
    ["cmud kv put greeting 'hello, world'", "store a value"],
    ["cmud kv get greeting", "print it; exit code 1 when the key is absent"],
    ["cmud kv list user/", "all entries whose keys begin with user/"],
    ["cmud kv shell", "a prompt; or pipe commands into it"],
  ],
  commands: [
    {
      name: "get",
      summary: "Print the value of a key",
      arguments: [keyArgument],
      examples: [["cmud kv get greeting", "exit code 1 when the key is absent"]],
      run: query((session, [key]) => get(session, key!)),
    },
    {
      name: "put",
      summary: "Store a value under a key",
      arguments: [keyArgument, { name: "VALUE", summary: "any text of up to 8 MiB" }],
      examples: [
        ["cmud kv put greeting 'hello, world'", ""],
        ["cmud kv put balance -- -5", "-- before what begins with -"],
      ],
      run: query((session, [key, value]) => put(session, key!, value!)),
    },
    {
      name: "list",
      summary: "Print all entries as KEY<TAB>VALUE lines, sorted",
      arguments: [prefixArgument],
      examples: [["cmud kv list user/", "keys that begin with user/"]],
      run: query((session, [prefix = ""]) => list(session, prefix)),
    },
    {
      name: "scan",
      summary: "As list, page by page: for results of any size",
      arguments: [prefixArgument],
      examples: [["cmud kv scan --json > backup.jsonl", "every entry"]],
      run: query((session, [prefix = ""]) => scan(session, prefix)),
    },
    {
      name: "shell",
      summary: "Read commands from a terminal or a pipe",
      examples: [
        ["cmud kv shell", "get, put, list, scan, help, exit"],
        ["printf 'put a 1\\nget a\\n' | cmud kv shell", "stops at the first error"],
      ],
      run: query((session, _arguments, invocation) => runShell(session, invocation.options)),
    },
  ],
};

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
