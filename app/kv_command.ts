import type { CommandSpec } from "./command_spec.ts";
import { serverOption } from "./query_client.ts";

const load = () => import("./run_kv.ts");

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
      run: async (invocation) => (await load()).runGet(invocation),
    },
    {
      name: "put",
      summary: "Store a value under a key",
      arguments: [keyArgument, { name: "VALUE", summary: "any text of up to 8 MiB" }],
      examples: [
        ["cmud kv put greeting 'hello, world'", ""],
        ["cmud kv put balance -- -5", "-- before what begins with -"],
      ],
      run: async (invocation) => (await load()).runPut(invocation),
    },
    {
      name: "list",
      summary: "Print all entries as KEY<TAB>VALUE lines, sorted",
      arguments: [prefixArgument],
      examples: [["cmud kv list user/", "keys that begin with user/"]],
      run: async (invocation) => (await load()).runList(invocation),
    },
    {
      name: "scan",
      summary: "As list, page by page: for results of any size",
      arguments: [prefixArgument],
      examples: [["cmud kv scan --json > backup.jsonl", "every entry"]],
      run: async (invocation) => (await load()).runScan(invocation),
    },
    {
      name: "shell",
      summary: "Read commands from a terminal or a pipe",
      options: [{ name: "--no-history", summary: "keep nothing that is typed for the next time" }],
      examples: [
        ["cmud kv shell", "get, put, list, scan, help, exit"],
        ["printf 'put a 1\\nget a\\n' | cmud kv shell", "stops at the first error"],
      ],
      run: async (invocation) => (await load()).runShell(invocation),
    },
  ],
};
