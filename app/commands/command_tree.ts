import { loadCommander } from "../../deps.ts";
import type { ArgumentSpec, CommandSpec, Invocation, OptionSpec } from "../cli/command_spec.ts";
import type { Console } from "../cli/console.ts";
import { exitCodeMeanings, exitCodes } from "../cli/exit_codes.ts";
import { UsageError } from "../cli/usage_error.ts";

type Commander = Awaited<ReturnType<typeof loadCommander>>;
type Command = InstanceType<Commander["Command"]>;

/**
 * Finds the command that `args` call and runs it. The one file that knows the library which parses
 * command lines.
 *
 * @returns the exit code: what the command says, or that of wrong usage.
 * @throws what the command throws.
 */
export async function runCommandTree(
  spec: CommandSpec,
  version: string,
  args: readonly string[],
  console: Console,
): Promise<number> {
  const commander = await loadCommander();
  let exitCode: number = exitCodes.ok;
  const root = build(commander, spec, async (command, called) => {
    const { run, settle, permissions = [] } = command;
    const invocation = await settle?.(called) ?? called;
    const kept = typeof permissions === "function" ? permissions(invocation) : permissions;
    console.keepOnly?.(kept);
    exitCode = await run!(invocation);
  }, console);
  root.version(version, "--version", "print the version");
  try {
    await root.parseAsync(helpOf(spec, args), { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof commander.CommanderError)) throw error;
    // Help and version that were asked for end here too, without a fault.
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
}

/**
 * `help kv get` and `kv help get` mean `kv get --help`; the library looks at the first word behind
 * `help` only. Where there is no such command, the call of it is left: that is an error with a
 * suggestion. A command that only groups others shows its help too when it is called by itself, as those
 * of git, docker and kubectl do.
 */
function helpOf(spec: CommandSpec, args: readonly string[]): readonly string[] {
  const path: string[] = [];
  let at = spec;
  let isHelp = false;
  for (const word of args) {
    if (at.commands === undefined) break;
    if (word === "help" && !isHelp) {
      isHelp = true;
      continue;
    }
    path.push(word);
    const child = at.commands.find(({ name }) => name === word);
    if (child === undefined) return isHelp ? path : args;
    at = child;
  }
  const isGroup = at.commands !== undefined && at.run === undefined && path.length === args.length;
  return isGroup || (isHelp && path.length > 0) ? [...path, "--help"] : args;
}

type Run = (spec: CommandSpec, invocation: Invocation) => Promise<void>;

/** @param path the words that lead to the command, the program's name not included */
function build(
  commander: Commander,
  spec: CommandSpec,
  run: Run,
  console: Console,
  path: readonly string[] = [],
): Command {
  const command = new commander.Command(spec.name);
  command
    .summary(spec.summary)
    .description(`${spec.summary}.`)
    .exitOverride()
    .helpOption("-h, --help", "show this help")
    .configureHelp({ showGlobalOptions: true, sortOptions: false })
    .configureOutput({
      writeOut: (text) => console.out(text),
      writeErr: (text) => console.err(text),
      outputError: (text, write) => write(hinted(text, spec, path)),
    })
    .showHelpAfterError(`Try: ${["cmud", "help", ...path].join(" ")}`)
    .addHelpText("after", footer(spec));
  for (const argument of spec.arguments ?? []) command.addArgument(argumentOf(commander, argument));
  for (const option of spec.options ?? []) command.addOption(optionOf(commander, option));
  for (const child of spec.commands ?? []) {
    const childPath = [...path, child.name];
    command.addCommand(build(commander, child, run, console, childPath), { hidden: child.hidden });
  }
  if (spec.commands !== undefined) {
    command.helpCommand("help [COMMAND]", "show the help of a command");
  }
  if (spec.run !== undefined) {
    if (spec.commands !== undefined) command.allowExcessArguments();
    command.action(async () => {
      const [unknown] = command.args;
      if (spec.commands !== undefined && unknown !== undefined) {
        const { suggest } = await import("../cli/suggest.ts");
        const names = spec.commands.filter(({ hidden }) => !hidden).map(({ name }) => name);
        const meant = suggest(unknown, names);
        const hint = meant === undefined ? "" : `\n(Did you mean ${meant}?)`;
        command.error(`error: unknown command '${unknown}'${hint}`);
      }
      await run(spec, {
        arguments: command.processedArgs.flat(),
        options: command.optsWithGlobals(),
        console,
      });
    });
  }
  return command;
}

function argumentOf(commander: Commander, spec: ArgumentSpec) {
  const { name, summary, optional, repeatable, values } = spec;
  const words = repeatable ? `${name}...` : name;
  const argument = new commander.Argument(optional ? `[${words}]` : `<${words}>`, summary);
  return values === undefined ? argument : argument.choices(values);
}

function optionOf(commander: Commander, spec: OptionSpec) {
  const { name, value, summary, repeatable, parse = (text) => text } = spec;
  const option = new commander.Option(value === undefined ? name : `${name} <${value}>`, summary);
  if (value === undefined) return option;
  return option.argParser<unknown>((text, earlier) => {
    try {
      return repeatable ? [...(earlier as unknown[] | undefined) ?? [], parse(text)] : parse(text);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new commander.InvalidArgumentError(error.message);
    }
  });
}

/** What stands below a command's help: how to use it, and for the whole program the exit codes. */
function footer({ examples = [], name }: CommandSpec): string {
  const width = Math.max(0, ...examples.map(([call]) => call.length));
  const lines = examples.map(([call, effect]) => `  ${call.padEnd(width)}  ${effect}`.trimEnd());
  const sections = lines.length === 0 ? [] : [`Examples:\n${lines.join("\n")}`];
  if (name === "cmud") {
    const codes = exitCodeMeanings.map(([code, meaning]) => `  ${`${code}`.padEnd(3)}  ${meaning}`);
    sections.push(`Exit codes:\n${codes.join("\n")}`);
  }
  return sections.map((section) => `\n${section}\n`).join("");
}

/** The library's message, with what a user of the command is most likely to need next. */
function hinted(text: string, spec: CommandSpec, path: readonly string[]): string {
  return `cmud: ${text.replace(/^error: (command-)?/, "")}${hintFor(text, spec, path)}`;
}

function hintFor(text: string, spec: CommandSpec, path: readonly string[]): string {
  // The library names an option that is written alike.
  if (!text.includes("unknown option '") || text.includes("Did you mean")) return "";
  const free = (spec.arguments ?? []).filter(({ values }) => values === undefined);
  if (free.length > 0) {
    const names = free.map(({ name }) => name);
    const call = ["cmud", ...path, "--", ...names].join(" ");
    return `A ${names.join(" or ")} that begins with - goes behind --: ${call}\n`;
  }
  return /'-v'/i.test(text) ? "(Did you mean --version?)\n" : "";
}
