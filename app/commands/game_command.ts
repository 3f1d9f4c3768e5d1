import type { ArgumentSpec, CommandSpec, OptionSpec } from "../cli/command_spec.ts";
import { askingOptions, askingPermissions } from "../cli/client_options.ts";
import { timeoutOption } from "../cli/query_client.ts";
import { keepOption, placeArgument, restoreOptions } from "./backup_command.ts";

const load = () => import("./run_game.ts");

const nameArgument: ArgumentSpec = { name: "NAME", summary: "a player, in whatever case" };

const whyOption: OptionSpec = {
  name: "--why",
  value: "TEXT",
  summary: "why, as the player is told and the log has it",
};

const undoOption: OptionSpec = { name: "--undo", summary: "take it back" };

const permissions = askingPermissions;

/** A measure against a player. */
function measureCommand(name: "ban" | "mute" | "hide", summary: string): CommandSpec {
  return {
    name,
    summary,
    arguments: [nameArgument],
    options: [whyOption, undoOption],
    permissions,
    run: async (invocation) => (await load()).runMeasure(name, invocation),
  };
}

/** `cmud game` */
export const gameCommand: CommandSpec = {
  name: "game",
  summary: "Keep the world of a game in order: for who may write all of its store",
  options: [
    ...askingOptions,
    { name: "--by", value: "WHO", summary: "who does it, as the log has it (default: admin)" },
    timeoutOption,
    { name: "--json", summary: "print one JSON object" },
  ],
  examples: [
    ["cmud game announce 'The world pauses at noon.'", "say something to all at the doors"],
    ["cmud game ban Mallory --why 'you were warned'", "send a player away, and keep the door shut"],
    ["cmud game ban Mallory --undo", "and open it again"],
    ["cmud game log", "see who did what"],
    ["cmud game backup /var/backups/game", "keep a copy of the game"],
  ],
  commands: [
    {
      name: "announce",
      summary: "Say something to all who play at doors",
      arguments: [{ name: "WORDS", summary: "what to say", repeatable: true }],
      permissions,
      run: async (invocation) => (await load()).runAnnounce(invocation),
    },
    measureCommand("ban", "Let a player in no more, and send the player away"),
    measureCommand("mute", "Have nobody hear a player"),
    measureCommand("hide", "Have nobody see a player, nor what the player does"),
    {
      name: "rename",
      summary: "Give a character another name, with all that it has",
      arguments: [nameArgument, { name: "TO", summary: "the name from then on" }],
      permissions,
      run: async (invocation) => (await load()).runRename(invocation),
    },
    {
      name: "reset-password",
      summary: "Give a player another password, and print it once",
      arguments: [nameArgument],
      permissions,
      run: async (invocation) => (await load()).runResetPassword(invocation),
    },
    {
      name: "direct",
      summary: "Say whether who has the program may play without a door",
      arguments: [{ name: "ANSWER", summary: "yes or no", values: ["yes", "no"] }],
      permissions,
      run: async (invocation) => (await load()).runDirect(invocation),
    },
    {
      name: "term",
      summary: "Tell which term it is; next ends it, and everybody begins anew",
      arguments: [{ name: "STEP", summary: "next", values: ["next"], optional: true }],
      permissions,
      run: async (invocation) => (await load()).runTerm(invocation),
    },
    {
      name: "backup",
      summary: "Keep a copy of the game alone, whatever else is in its store",
      arguments: [placeArgument],
      options: [keepOption],
      permissions: ["net", "read", "write"],
      run: async (invocation) => (await load()).runGameBackup(invocation),
    },
    {
      name: "restore",
      summary: "Bring the game back from a backup of it, or of all of its store",
      arguments: [placeArgument],
      options: [
        ...restoreOptions,
        {
          name: "--exactly",
          summary: "as it was then and nothing else: what it has had since is deleted",
        },
      ],
      permissions: ["net", "read"],
      run: async (invocation) => (await load()).runGameRestore(invocation),
    },
    {
      name: "log",
      summary: "Print who did what to the game, the newest last",
      permissions,
      run: async (invocation) => (await load()).runLog(invocation),
    },
  ],
};
