import { appLimits } from "../../limits.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { didYouMean } from "../cli/suggest.ts";
import { UsageError } from "../cli/usage_error.ts";
import { printMembers } from "./members.ts";
import { count, deleteKeys, expire, get, list, put, scan, ttl } from "./queries.ts";
import type { KvSession } from "./session.ts";
import type { Word } from "./shell_words.ts";
import { watch } from "./watch.ts";

/** A command of the shell. */
export interface ShellCommand {
  readonly name: string;
  /** What follows the name; what need not be there is in brackets. */
  readonly parameters: readonly string[];
  readonly summary: string;
  /** What else there is to know. */
  readonly details: string;
  /** Whether its first word is a key, or what keys begin with. */
  readonly takesKey?: boolean;
  /** Whether all further words are keys too. */
  readonly takesKeys?: boolean;
  /** Whether the last parameter takes the rest of the line. */
  readonly takesRest?: boolean;
  /** @returns an exit code, or `"exit"` to end the shell. */
  run(session: KvSession, words: readonly Word[], line: string): Promise<number> | "exit";
}

const prefixDetails = "PREFIX is what the keys begin with; without it, every entry.";

/** All of them, in the order in which the help shows them. */
export const shellCommands: readonly ShellCommand[] = [
  {
    name: "get",
    parameters: ["KEY"],
    summary: "print the value of a key",
    details: "A key that is absent is an answer, not an error.",
    takesKey: true,
    run: (session, [key]) => get(session, key.text),
  },
  {
    name: "put",
    parameters: ["KEY", "VALUE"],
    summary: "store a value: the rest of the line, or one quoted word",
    details: "put greeting hello, world    stores hello, world\n" +
      'put "my key" "two\\nlines"     stores two lines',
    takesKey: true,
    takesRest: true,
    run: (session, words, line) => put(session, words[0].text, valueOf(words, line)),
  },
  {
    name: "delete",
    parameters: ["KEY", "[KEY...]"],
    summary: "delete keys",
    details:
      "A key that is absent is an answer, not an error; the others are deleted all the same.",
    takesKey: true,
    takesKeys: true,
    takesRest: true,
    run: (session, words) => deleteKeys(session, words.map(({ text }) => text)),
  },
  {
    name: "ttl",
    parameters: ["KEY"],
    summary: "print how long a key still lives, or never",
    details: "A key that is absent is an answer, not an error.",
    takesKey: true,
    run: (session, [key]) => ttl(session, key.text),
  },
  {
    name: "expire",
    parameters: ["KEY", "DURATION"],
    summary: "have a key expire after a duration, as 30s or 2h; or never",
    details: "DURATION is a number and ms, s, m, h or d; or never.",
    takesKey: true,
    run: (session, [key, lifetime]) => expire(session, key.text, lifetime.text),
  },
  {
    name: "list",
    parameters: ["[PREFIX]"],
    summary: "print all entries, sorted",
    details: prefixDetails,
    takesKey: true,
    run: (session, [prefix]) => list(session, prefix?.text ?? ""),
  },
  {
    name: "scan",
    parameters: ["[PREFIX]"],
    summary: "as list, page by page",
    details: `${prefixDetails} For results of any size; Ctrl-C ends it.`,
    takesKey: true,
    run: (session, [prefix]) => scan(session, prefix?.text ?? ""),
  },
  {
    name: "count",
    parameters: ["[PREFIX]"],
    summary: "print the number of keys",
    details: prefixDetails.replace("every entry", "every key"),
    takesKey: true,
    run: (session, [prefix]) => count(session, prefix?.text ?? ""),
  },
  {
    name: "watch",
    parameters: ["[PREFIX]", "[--initial]"],
    summary: "print entries as they change; Ctrl-C ends it",
    details: `${prefixDetails} With --initial, first those that are there.`,
    takesKey: true,
    run: watchAsTold,
  },
  {
    name: "members",
    parameters: [],
    summary: "print the servers that the server knows",
    details: "Itself first, then how it reaches the others and what waits for them.",
    run: (session) => printMembers(session),
  },
  {
    name: "help",
    parameters: ["[COMMAND]"],
    summary: "show this, or more of a command",
    details: "It is all here already.",
    run(session, [name]) {
      session.console.out(name === undefined ? overview() : explanation(findCommand(name.text)));
      return Promise.resolve(exitCodes.ok);
    },
  },
  {
    name: "exit",
    parameters: [],
    summary: "leave; so does the end of input",
    details: "quit is the same, and at a terminal Ctrl-D.",
    run: () => "exit",
  },
];

/** Other names that work. */
const aliases = new Map([["quit", "exit"], ["?", "help"]]);

/** Words that people know from other programs, and what they mean here. */
const meanings = new Map([["set", "put"], ["ls", "list"], ["keys", "scan"], ["del", "delete"], [
  "rm",
  "delete",
]]);

/** The command of that name, in any case. @throws {UsageError} when there is none. */
export function findCommand(name: string): ShellCommand {
  const lower = name.toLowerCase();
  const meant = aliases.get(lower) ?? lower;
  const command = shellCommands.find(({ name }) => name === meant);
  if (command !== undefined) return command;
  const names = shellCommands.map(({ name }) => name);
  throw new UsageError(
    `Cannot run ${JSON.stringify(name)}: allowed are ${names.join(", ")}` +
      didYouMean(meanings.get(lower) ?? name, [...names, "quit"]),
  );
}

/** How it is called. */
export function usageOf({ name, parameters }: ShellCommand): string {
  return [name, ...parameters].join(" ");
}

/** @throws {UsageError} when a command is called with too few words or too many. */
export function expectWords(command: ShellCommand, words: readonly Word[]): void {
  const { parameters, takesRest } = command;
  const fewest = parameters.filter((parameter) => !parameter.startsWith("[")).length;
  const most = takesRest ? Infinity : parameters.length;
  if (words.length >= fewest && words.length <= most) return;
  const count = `${words.length} ${words.length === 1 ? "word" : "words"}`;
  throw new UsageError(
    `Cannot run ${command.name} with ${count}: allowed is ${usageOf(command)}` +
      (words.length > most && most > 0 ? " (put quotes around what has spaces)" : ""),
  );
}

/** Watches as the words of a `watch` say. Quotes make a word that begins with `--` a prefix. */
function watchAsTold(session: KvSession, words: readonly Word[]): Promise<number> {
  const isOption = ({ text, quoted }: Word) => text.startsWith("--") && !quoted;
  const unknown = words.find((word) => isOption(word) && word.text !== "--initial");
  if (unknown !== undefined) {
    throw new UsageError(
      `Cannot run watch with ${JSON.stringify(unknown.text)}: allowed is ` +
        `watch [PREFIX] [--initial]${didYouMean(unknown.text, ["--initial"])}; ` +
        `a prefix that begins with -- goes in quotes`,
    );
  }
  const [prefix, more] = words.filter((word) => !isOption(word));
  if (more !== undefined) {
    throw new UsageError("Cannot run watch with 2 prefixes: allowed is watch [PREFIX] [--initial]");
  }
  return watch(session, prefix?.text ?? "", {
    intervalMs: appLimits.watchIntervalMs,
    initial: words.some(isOption),
  });
}

/** The value of a `put`: one quoted word, or all that follows the key as it was typed. */
function valueOf(words: readonly Word[], line: string): string {
  if (!words[1].quoted) return line.slice(words[1].start).trimEnd();
  if (words.length === 2) return words[1].text;
  throw new UsageError("Cannot put more than one quoted word: allowed is put KEY VALUE");
}

function overview(): string {
  const width = Math.max(...shellCommands.map((command) => usageOf(command).length));
  const lines = shellCommands.map((command) =>
    `  ${usageOf(command).padEnd(width)}  ${command.summary}`
  );
  return `${lines.join("\n")}\n` +
    `Keys or values with spaces go in quotes: put "my key" 'my value'.\n` +
    `In double quotes \\n, \\t, \\", \\\\ and \\u{1f600} mean what they do elsewhere.\n`;
}

function explanation(command: ShellCommand): string {
  return `${usageOf(command)}: ${command.summary}.\n${command.details}\n`;
}
