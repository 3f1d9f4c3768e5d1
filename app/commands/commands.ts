import { backupCommand, restoreCommand } from "./backup_command.ts";
import { benchCommand, receiveTellsCommand } from "./bench_command.ts";
import { certCommand } from "./cert_command.ts";
import type { CommandSpec } from "../cli/command_spec.ts";
import { checkCommand } from "./check_command.ts";
import { completionCommand } from "./completion_command.ts";
import { dataCommand } from "./data_command.ts";
import { gameCommand } from "./game_command.ts";
import { hostCommand } from "./host_command.ts";
import { kvCommand } from "./kv_command.ts";
import { licensesCommand } from "./licenses_command.ts";
import { membersCommand } from "./members_command.ts";
import { playCommand } from "./play_command.ts";
import { serverCommand } from "./server_command.ts";
import { statusCommand } from "./status_command.ts";
import { traceCommand } from "./trace_command.ts";
import { tokenCommand } from "./token_command.ts";
import { versionCommand } from "./version_command.ts";

/** Every command of the program. */
export const rootCommand: CommandSpec = {
  name: "cmud",
  summary: "A key-value store with a full replica on every core, and a game that lives in it",
  options: [{ name: "--no-color", summary: "print no colours, as with NO_COLOR=1" }],
  examples: [
    ["cmud play", "play, on a server of your own if none is here"],
    ["cmud server", "run a server here"],
    ["cmud kv put greeting hello", "store a value in it"],
    ["cmud kv get greeting", "and get it back"],
    ["cmud kv shell", "look around"],
  ],
  commands: [
    serverCommand,
    playCommand,
    hostCommand,
    gameCommand,
    kvCommand,
    statusCommand,
    membersCommand,
    checkCommand,
    dataCommand,
    backupCommand,
    restoreCommand,
    tokenCommand,
    certCommand,
    traceCommand,
    benchCommand,
    receiveTellsCommand,
    completionCommand(() => rootCommand),
    licensesCommand,
    versionCommand,
  ],
};
