import type { ArgumentSpec, CommandSpec, OptionSpec } from "../cli/command_spec.ts";
import { parseDuration } from "../cli/duration_option.ts";
import { askingOptions } from "../cli/client_options.ts";
import { timeoutOption } from "../cli/query_client.ts";
import { parseTime } from "../cli/time_option.ts";

const load = () => import("./run_backup.ts");

/** Where backups are. */
export const placeArgument: ArgumentSpec = {
  name: "PLACE",
  summary: "a folder, or s3://BUCKET/PREFIX with $AWS_ACCESS_KEY_ID and others set",
  completes: "files",
};

const jsonOption: OptionSpec = { name: "--json", summary: "print one JSON object" };

/** How long backups are kept. */
export const keepOption: OptionSpec = {
  name: "--keep",
  value: "DURATION",
  summary: "remove backups that are older, as 30d; the newest one stays",
  type: "duration",
  parse: parseDuration,
};

/** What of a backup is restored, and how. */
export const restoreOptions: readonly OptionSpec[] = [
  {
    name: "--at",
    value: "TIME",
    summary: "as it was then, as 2026-11-29T15:30:00Z; without a zone it is yours",
    parse: parseTime,
  },
  {
    name: "--as-new",
    summary: "as new writes, which bring back what was deleted or overwritten since",
  },
  { name: "--list", summary: "restore nothing: print when backups were made" },
];

/** `cmud backup` */
export const backupCommand: CommandSpec = {
  name: "backup",
  summary: "Keep a copy of all entries of a running server",
  arguments: [placeArgument],
  options: [
    ...askingOptions,
    keepOption,
    timeoutOption,
    jsonOption,
  ],
  examples: [
    ["cmud backup /var/backups/cmud --keep 30d", "the first copies all, later ones what changed"],
    ["cmud backup s3://my-bucket/cmud", "the same, in a bucket of S3"],
  ],
  permissions: ["net", "read", "write"],
  run: async (invocation) => (await load()).runBackup(invocation),
};

/** `cmud restore` */
export const restoreCommand: CommandSpec = {
  name: "restore",
  summary: "Bring entries of a backup back into a running server",
  arguments: [placeArgument],
  options: [
    ...askingOptions,
    { name: "--prefix", value: "PREFIX", summary: "only entries whose keys begin so" },
    ...restoreOptions,
    timeoutOption,
    jsonOption,
  ],
  examples: [
    ["cmud restore s3://my-bucket/cmud", "what a server has later stays as it is"],
    ["cmud restore /var/backups/cmud --list", "the times there are"],
    [
      "cmud restore /var/backups/cmud --prefix user/ --at 2026-11-29T15:30:00Z --as-new",
      "user/ as it was at half past three",
    ],
  ],
  permissions: ["net", "read"],
  run: async (invocation) => (await load()).runRestore(invocation),
};
