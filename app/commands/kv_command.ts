import type { ArgumentSpec, CommandSpec, Invocation, OptionSpec } from "../cli/command_spec.ts";
import type { Console } from "../cli/console.ts";
import { appLimits } from "../../limits.ts";
import { parseDuration } from "../cli/duration_option.ts";
import { integerFrom } from "../cli/number_option.ts";
import { askingOptions, askingPermissions } from "../cli/client_options.ts";
import { timeoutOption } from "../cli/query_client.ts";

const load = () => import("./run_kv.ts");

const keyArgument: ArgumentSpec = {
  name: "KEY",
  summary: "any text of up to 4 KiB",
  completes: "keys",
};
const prefixArgument: ArgumentSpec = {
  name: "PREFIX",
  summary: "what the keys begin with (default: every key)",
  optional: true,
  completes: "keys",
};

const rawSwitch: OptionSpec = {
  name: "--raw",
  summary: "print bytes as they are: a NUL behind each key and value, nothing behind that of get",
};

const keysSwitch: OptionSpec = { name: "--keys", summary: "print the keys alone" };

/** Whether lines of the shell are read from a history, and written to it. */
function keepsHistory(
  { stdinIsTerminal, stdoutIsTerminal }: Console,
  { history }: Invocation["options"],
): boolean {
  return stdinIsTerminal && stdoutIsTerminal && history !== false;
}

/** `cmud kv` */
export const kvCommand: CommandSpec = {
  name: "kv",
  summary: "Ask the store",
  options: [
    ...askingOptions,
    { name: "--json", summary: "print one JSON object per entry" },
    timeoutOption,
  ],
  examples: [
    ["cmud kv put greeting 'hello, world'", "store a value"],
    ["cmud kv get greeting", "print it; exit code 1 when the key is absent"],
    ["cmud kv list user/", "all entries whose keys begin with user/"],
    ["cmud kv watch user/", "see them change"],
    ["cmud kv shell", "a prompt; or pipe commands into it"],
  ],
  commands: [
    {
      name: "get",
      summary: "Print the value of a key",
      arguments: [keyArgument],
      options: [rawSwitch],
      examples: [
        ["cmud kv get greeting", "exit code 1 when the key is absent"],
        ["cmud kv get --raw logo > logo.svg", "byte for byte, without a line break behind it"],
      ],
      permissions: askingPermissions,
      run: async (invocation) => (await load()).runGet(invocation),
    },
    {
      name: "put",
      summary: "Store a value under a key",
      arguments: [
        keyArgument,
        { name: "VALUE", summary: "any text of up to 8 MiB; - reads it from stdin" },
      ],
      options: [
        {
          name: "--ttl",
          value: "DURATION",
          summary: "how long it lives, as 30s or 2h (default: until it is deleted)",
          parse: parseDuration,
        },
        { name: "--bin", summary: "store bytes instead of text: then stdin may hold any" },
      ],
      examples: [
        ["cmud kv put greeting 'hello, world'", ""],
        ["cmud kv put logo - < logo.svg", "what stdin holds, byte for byte"],
        ["cmud kv put photo - --bin < photo.jpg", "also when that is no text"],
        ["cmud kv put session/ada in --ttl 30m", "absent again after half an hour"],
        ["cmud kv put balance -- -5", "-- before what begins with -"],
      ],
      permissions: askingPermissions,
      run: async (invocation) => (await load()).runPut(invocation),
    },
    {
      name: "ttl",
      summary: "Print how long a key still lives: a duration, or never when it does not expire",
      arguments: [keyArgument],
      examples: [["cmud kv ttl session/ada", "exit code 1 when the key is absent"]],
      permissions: askingPermissions,
      run: async (invocation) => (await load()).runTtl(invocation),
    },
    {
      name: "expire",
      summary: "Have a key expire after a duration, or never",
      arguments: [
        keyArgument,
        { name: "DURATION", summary: "as 30s or 2h (ms, s, m, h, d); or never" },
      ],
      examples: [
        ["cmud kv expire session/ada 30m", "exit code 1 when the key is absent"],
        ["cmud kv expire session/ada never", "it stays until it is deleted"],
      ],
      permissions: askingPermissions,
      run: async (invocation) => (await load()).runExpire(invocation),
    },
    {
      name: "delete",
      summary: "Delete keys",
      arguments: [{ ...keyArgument, repeatable: true }],
      examples: [
        ["cmud kv delete greeting", "exit code 1 when the key is absent"],
        ["cmud kv delete a b c", "each that is there, also when another is not"],
      ],
      permissions: askingPermissions,
      run: async (invocation) => (await load()).runDelete(invocation),
    },
    {
      name: "list",
      summary: "Print all entries as KEY<TAB>VALUE lines, sorted",
      arguments: [prefixArgument],
      options: [keysSwitch, rawSwitch],
      examples: [["cmud kv list user/", "keys that begin with user/"]],
      permissions: askingPermissions,
      run: async (invocation) => (await load()).runList(invocation),
    },
    {
      name: "scan",
      summary: "As list, page by page: for results of any size",
      arguments: [prefixArgument],
      options: [keysSwitch, rawSwitch, {
        name: "--limit",
        value: "N",
        summary: "print no more than the first N entries",
        parse: integerFrom(0, Number.MAX_SAFE_INTEGER),
      }],
      examples: [
        ["cmud kv scan log/ | tail -5", "needs little memory"],
        ["cmud kv scan --keys --limit 10", "the first ten keys"],
      ],
      permissions: askingPermissions,
      run: async (invocation) => (await load()).runScan(invocation),
    },
    {
      name: "count",
      summary: "Print the number of keys",
      arguments: [prefixArgument],
      examples: [["cmud kv count user/", "at once, however many they are"]],
      permissions: askingPermissions,
      run: async (invocation) => (await load()).runCount(invocation),
    },
    {
      name: "complete-keys",
      summary: "Print the keys that a completion script offers",
      hidden: true,
      arguments: [prefixArgument],
      permissions: askingPermissions,
      run: async (invocation) => (await load()).runCompleteKeys(invocation),
    },
    {
      name: "watch",
      summary: "Print entries as they change, until interrupted",
      arguments: [prefixArgument],
      options: [
        { name: "--initial", summary: "print the entries first that are there" },
        {
          name: "--interval",
          value: "MS",
          summary: "time between two looks at a server that tells of no changes " +
            `(default: ${appLimits.watchIntervalMs})`,
          parse: integerFrom(10, 3_600_000),
        },
      ],
      examples: [
        ["cmud kv watch user/", "new|changed<TAB>KEY<TAB>VALUE and deleted<TAB>KEY lines"],
        ["cmud kv watch --initial user/", "initial<TAB>KEY<TAB>VALUE lines before them"],
        ["cmud kv watch --json | jq .key", "or objects"],
      ],
      permissions: askingPermissions,
      run: async (invocation) => (await load()).runWatch(invocation),
    },
    {
      name: "import",
      summary: "Store entries from lines of JSON",
      arguments: [{
        name: "FILE",
        summary: "where they are; stdin without one, or with -",
        optional: true,
        completes: "files",
      }],
      options: [{
        name: "--merge",
        summary: "take entries as they were written: what is later in the store stays",
      }],
      examples: [
        ["cmud kv import backup.jsonl", "what kv export wrote, as new writes"],
        ["cmud kv import --merge backup.jsonl", "beats nothing that was put since"],
        [
          "cmud kv export --server A:6001 | cmud kv import --server B:6001",
          "from one store into another",
        ],
      ],
      permissions: (invocation) =>
        (invocation.arguments[0] ?? "-") === "-" ? askingPermissions(invocation) : ["net", "read"],
      run: async (invocation) => (await load()).runImport(invocation),
    },
    {
      name: "export",
      summary: "Print entries as lines of JSON, which import reads",
      arguments: [prefixArgument],
      examples: [["cmud kv export > backup.jsonl", "every entry"]],
      permissions: askingPermissions,
      run: async (invocation) => (await load()).runExport(invocation),
    },
    {
      name: "shell",
      summary: "Read commands from a terminal or a pipe",
      options: [{ name: "--no-history", summary: "keep nothing that is typed for the next time" }],
      examples: [
        ["cmud kv shell", "get, put, delete, ttl, expire, list, scan, count, watch, help, exit"],
        ["printf 'put a 1\\nget a\\n' | cmud kv shell", "stops at the first error"],
      ],
      permissions: (invocation) =>
        keepsHistory(invocation.console, invocation.options)
          ? ["net", "read", "write"]
          : askingPermissions(invocation),
      run: async (invocation) => (await load()).runShell(invocation),
    },
  ],
};
