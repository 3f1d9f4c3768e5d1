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
  summary: "Look into the data directory of a server, or repair it",
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
      examples: [["cmud data check /var/lib/cmud", "exit code 70 when it is damaged, and where"]],
      permissions: ["read"],
      run: async (invocation) => (await load()).runCheck(invocation),
    },
    {
      name: "export",
      summary: "Print all entries of a data directory, as kv export does",
      arguments: [directoryArgument],
      options: [
        { name: "--salvage", summary: "print what is sound of a damaged one, and say what is not" },
      ],
      examples: [
        ["cmud data export /var/lib/cmud > backup.jsonl", "a backup"],
        ["cmud kv import backup.jsonl", "and back into a server"],
      ],
      permissions: ["read"],
      run: async (invocation) => (await load()).runExport(invocation),
    },
    {
      name: "repair",
      summary: "Write what is sound of a damaged data directory into a new one",
      arguments: [
        { name: "FROM", summary: "the damaged one, which is left as it is", completes: "files" },
        {
          name: "TO",
          summary: "the new one: none must be there, or an empty one",
          completes: "files",
        },
      ],
      examples: [["cmud data repair /var/lib/cmud /var/lib/cmud-new", "says what was not sound"]],
      permissions: ["read", "write"],
      run: async (invocation) => (await load()).runRepair(invocation),
    },
  ],
};
