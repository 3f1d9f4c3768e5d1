import { lineCharsMax } from "../limits.ts";
import { BrokenPipeError } from "./console.ts";
import { escapeControl } from "./escape.ts";
import { exitCodeOf, exitCodes } from "./exit_codes.ts";
import { UsageError } from "./usage_error.ts";
import { get, type KvSession, list, put, scan } from "./kv_queries.ts";
import { splitWords, type Word } from "./shell_words.ts";
import { StateDirectory } from "./state_directory.ts";
import { type ColorChoice, styleFor } from "./style.ts";
import { didYouMean } from "./suggest.ts";
import { HistoryFile, openLineEditor } from "./terminal/mod.ts";

/** A command of the shell. */
interface ShellCommand {
  usage: string;
  summary: string;
  /** The fewest and the most words that may follow it. */
  words: readonly [number, number];
  /** @returns an exit code, or `"exit"` to end the shell. */
  run(session: KvSession, words: readonly Word[], line: string): Promise<number> | "exit";
}

const commands = new Map<string, ShellCommand>(Object.entries<ShellCommand>({
  get: {
    usage: "get KEY",
    summary: "print the value of a key",
    words: [1, 1],
    run: (session, [key]) => get(session, key.text),
  },
  put: {
    usage: "put KEY VALUE",
    summary: "store a value: the rest of the line, or one quoted word",
    words: [2, Infinity],
    run: (session, words, line) => put(session, words[0].text, valueOf(words, line)),
  },
  list: {
    usage: "list [PREFIX]",
    summary: "print all entries, sorted",
    words: [0, 1],
    run: (session, [prefix]) => list(session, prefix?.text ?? ""),
  },
  scan: {
    usage: "scan [PREFIX]",
    summary: "as list, page by page",
    words: [0, 1],
    run: (session, [prefix]) => scan(session, prefix?.text ?? ""),
  },
  help: {
    usage: "help",
    summary: "show this",
    words: [0, Infinity],
    run(session) {
      session.console.out(helpText());
      return Promise.resolve(exitCodes.ok);
    },
  },
  exit: {
    usage: "exit",
    summary: "leave; so does the end of input",
    words: [0, 0],
    run: () => "exit",
  },
}));

/**
 * Reads commands until the end of input. On a terminal it prompts, and goes on after an error; in a
 * pipe it prints no prompt and stops at the first error, with its line number.
 *
 * @returns 0, or the exit code of the error.
 */
export function runShell(
  session: KvSession,
  options: ColorChoice & { history?: boolean },
): Promise<number> {
  const { console } = session;
  if (!console.stdinIsTerminal || !console.stdoutIsTerminal) return runScript(session);
  const history = options.history === false
    ? undefined
    : new HistoryFile(new StateDirectory(console), "shell_history");
  return converse(session, options, history);
}

async function runScript(session: KvSession): Promise<number> {
  let number = 0;
  for await (const line of session.console.lines()) {
    number++;
    try {
      if (await runLine(session, line) === "exit") break;
    } catch (error) {
      if (error instanceof BrokenPipeError) throw error;
      session.console.err(`Line ${number}: ${escapeControl((error as Error).message)}\n`);
      return exitCodeOf(error);
    }
  }
  return exitCodes.ok;
}

async function converse(
  session: KvSession,
  colors: ColorChoice,
  history: HistoryFile | undefined,
): Promise<number> {
  const { console } = session;
  const { bold, dim, red } = styleFor(console, "stdout", colors);
  console.out(dim("Commands: get, put, list, scan, help, exit. Ctrl-D leaves.") + "\n");
  const editor = await openLineEditor(console, { history });
  try {
    for (let line; (line = await editor.readLine(bold("cmud> "))) !== undefined;) {
      try {
        if (await runLine(session, line) === "exit") break;
      } catch (error) {
        editor.print(red(escapeControl((error as Error).message)) + "\n");
      }
    }
  } finally {
    editor.close();
  }
  return exitCodes.ok;
}

/** An absent key is an answer here, not an error. */
async function runLine(session: KvSession, line: string): Promise<"exit" | "done"> {
  if (line.length > lineCharsMax) {
    throw new UsageError(`Cannot read the line: allowed are ${lineCharsMax} characters`);
  }
  const [name, ...words] = splitWords(line);
  if (name === undefined || name.text.startsWith("#")) return "done";
  const command = commands.get(aliasOf(name.text));
  if (command === undefined) {
    throw new UsageError(
      `Cannot run ${JSON.stringify(name.text)}: allowed are ${[...commands.keys()].join(", ")}` +
        didYouMean(name.text, [...commands.keys()]),
    );
  }
  const [fewest, most] = command.words;
  if (words.length < fewest || words.length > most) {
    throw new UsageError(
      `Cannot run ${name.text} with ${words.length} ${words.length === 1 ? "word" : "words"}: ` +
        `allowed is ${command.usage}` +
        (words.length > most && most > 0 ? " (put quotes around what has spaces)" : ""),
    );
  }
  return await command.run(session, words, line) === "exit" ? "exit" : "done";
}

function aliasOf(name: string): string {
  const lower = name.toLowerCase();
  return lower === "quit" ? "exit" : lower;
}

/** The value of a `put`: one quoted word, or all that follows the key as it was typed. */
function valueOf(words: readonly Word[], line: string): string {
  if (!words[1].quoted) return line.slice(words[1].start).trimEnd();
  if (words.length === 2) return words[1].text;
  throw new UsageError("Cannot put more than one quoted word: allowed is put KEY VALUE");
}

function helpText(): string {
  const all = [...commands.values()];
  const width = Math.max(...all.map(({ usage }) => usage.length));
  const lines = all.map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`);
  return `${lines.join("\n")}\n` +
    `Keys or values with spaces go in quotes: put "my key" 'my value'.\n` +
    `In double quotes \\n, \\t, \\", \\\\ and \\u{1f600} mean what they do elsewhere.\n`;
}
