import type { ArgumentSpec, CommandSpec } from "../cli/command_spec.ts";

const load = () => import("./run_data.ts");

const directoryArgument: ArgumentSpec = {
  name: "DIR",
  summary: "the --data-dir of a server, which may be running",
  completes: "files",
};

/** `cmud data` */
export const dataCommand: CommandSpec = {
  name: "data",
  summary: "Look into the data directory of a server",
  examples: [
    ["cmud data check /var/lib/cmud", "whether it is sound, and what is in it"],
    ["cmud data export /var/lib/cmud > backup.jsonl", "all entries, a line each"],
  ],
  commands: [
    {
      name: "check",
      summary: "Check a data directory, and count what is in it",
      arguments: [directoryArgument],
      options: [{ name: "--json", summary: "print one JSON object" }],
      examples: [["cmud data check /var/lib/cmud", "exit code 70 when it is damaged"]],
      permissions: ["read"],
      run: async (invocation) => (await load()).runCheck(invocation),
    },
    {
      name: "export",
      summary: "Print all entries of a data directory, as kv export does",
      arguments: [directoryArgument],
      examples: [
        ["cmud data export /var/lib/cmud > backup.jsonl", "a backup"],
        ["cmud kv import backup.jsonl", "and back into a server"],
      ],
      permissions: ["read"],
      run: async (invocation) => (await load()).runExport(invocation),
    },
  ],
};
