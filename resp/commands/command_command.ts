import { bytesOf } from "./arguments.ts";
import { type Command, type CommandCall, type CommandKeys, subcommandsOf } from "./command.ts";

/** Number of things that `COMMAND` tells of a command. */
const partsOfCommand = 10;

const flags = ["loading", "stale"];
const tips = ["nondeterministic_output_order"];

/** `COMMAND`, which tells of all commands, this one included. */
export const commandCommand: Command = {
  name: "command",
  arity: -1,
  group: "server",
  summary: "Tell about all commands",
  since: "2.8.13",
  flags,
  categories: ["@connection"],
  tips,
  execute({ commands, reply }) {
    reply.arrayHeader(commands.all.length);
    for (const command of commands.all) writeCommand({ reply }, command);
  },
  subcommands: subcommandsOf("command", [
    {
      name: "command|count",
      arity: 2,
      group: "server",
      summary: "Return the number of commands",
      since: "2.8.13",
      flags,
      categories: ["@connection"],
      execute: ({ commands, reply }) => reply.integer(commands.all.length),
    },
    {
      name: "command|docs",
      arity: -2,
      group: "server",
      summary: "Tell what commands are for",
      since: "7.0.0",
      flags,
      categories: ["@connection"],
      tips,
      execute(call) {
        const found = namedCommands(call).filter((command) => command !== undefined);
        call.reply.mapHeader(found.length);
        for (const command of found) writeDocs(call, command);
      },
    },
    {
      name: "command|info",
      arity: -2,
      group: "server",
      summary: "Tell about some commands",
      since: "2.8.13",
      flags,
      categories: ["@connection"],
      tips,
      execute(call) {
        const found = namedCommands(call);
        call.reply.arrayHeader(found.length);
        for (const command of found) {
          if (command !== undefined) writeCommand(call, command);
          else call.reply.nil();
        }
      },
    },
  ]),
};

const bar = 0x7c;

/** The commands whose names are arguments, from the third on; all when there are none. */
function namedCommands({ args, commands }: CommandCall): readonly (Command | undefined)[] {
  if (args.count === 2) return commands.all;
  const found: (Command | undefined)[] = [];
  for (let i = 2; i < args.count; i++) {
    const name = bytesOf(args, i);
    const at = name.indexOf(bar);
    if (at < 0) found.push(commands.find(name, 0, name.length));
    else found.push(commands.find(name, 0, at)?.subcommands?.find(name, at + 1, name.length));
  }
  return found;
}

function writeCommand({ reply }: Pick<CommandCall, "reply">, command: Command): void {
  const { keys } = command;
  reply.arrayHeader(partsOfCommand);
  reply.bulkText(command.name);
  reply.integer(command.arity);
  writeWords(reply, command.flags);
  reply.integer(keys?.first ?? 0);
  reply.integer(keys?.last ?? 0);
  reply.integer(keys?.step ?? 0);
  writeWords(reply, categoriesOf(command));
  reply.setHeader(command.tips?.length ?? 0);
  for (const tip of command.tips ?? []) reply.bulkText(tip);
  reply.setHeader(keys === undefined ? 0 : 1);
  if (keys !== undefined) writeKeys(reply, keys);
  const subcommands = command.subcommands?.all ?? [];
  reply.setHeader(subcommands.length);
  for (const subcommand of subcommands) writeCommand({ reply }, subcommand);
}

/** Flags and categories: a set of simple strings. */
function writeWords(reply: CommandCall["reply"], words: readonly string[]): void {
  reply.setHeader(words.length);
  for (const word of words) reply.simple(word);
}

/** How the keys among the arguments are found. */
function writeKeys(reply: CommandCall["reply"], keys: CommandKeys): void {
  reply.mapHeader(keys.notes === undefined ? 3 : 4);
  if (keys.notes !== undefined) {
    reply.bulkText("notes");
    reply.bulkText(keys.notes);
  }
  reply.bulkText("flags");
  writeWords(reply, keys.access);
  reply.bulkText("begin_search");
  writeSearch(reply, "index", { index: keys.first });
  reply.bulkText("find_keys");
  const lastkey = keys.last < 0 ? keys.last : keys.last - keys.first;
  writeSearch(reply, "range", { lastkey, keystep: keys.step, limit: 0 });
}

function writeSearch(
  reply: CommandCall["reply"],
  type: string,
  spec: Record<string, number>,
): void {
  reply.mapHeader(2);
  reply.bulkText("type");
  reply.bulkText(type);
  reply.bulkText("spec");
  const entries = Object.entries(spec);
  reply.mapHeader(entries.length);
  for (const [name, value] of entries) {
    reply.bulkText(name);
    reply.integer(value);
  }
}

/** The categories of Redis's access lists, in Redis's order. */
const categoryOrder = [
  "@keyspace",
  "@read",
  "@write",
  "@string",
  "@pubsub",
  "@admin",
  "@fast",
  "@slow",
  "@dangerous",
  "@connection",
];

function categoriesOf({ flags, group, categories = [], subcommands }: Command): string[] {
  const found = new Set(categories);
  const isContainer = subcommands !== undefined && flags.length === 0;
  if (flags.includes("readonly")) found.add("@read");
  if (flags.includes("write")) found.add("@write");
  if (flags.includes("admin")) found.add("@admin").add("@dangerous");
  if (group === "generic") found.add("@keyspace");
  if (group === "string" || group === "pubsub") found.add(`@${group}`);
  if (group === "connection" && !isContainer) found.add("@connection");
  found.add(flags.includes("fast") ? "@fast" : "@slow");
  return categoryOrder.filter((category) => found.has(category));
}

function writeDocs({ reply }: Pick<CommandCall, "reply">, command: Command): void {
  const { summary, since, group, subcommands } = command;
  const entries = Object.entries({ summary, since, group });
  reply.bulkText(command.name);
  reply.mapHeader(entries.length + (subcommands === undefined ? 0 : 1));
  for (const [name, value] of entries) {
    reply.bulkText(name);
    reply.bulkText(value);
  }
  if (subcommands === undefined) return;
  reply.bulkText("subcommands");
  reply.mapHeader(subcommands.all.length);
  for (const subcommand of subcommands.all) writeDocs({ reply }, subcommand);
}
