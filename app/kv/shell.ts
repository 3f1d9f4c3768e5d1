import { appLimits } from "../../limits.ts";
import { BrokenPipeError } from "../cli/console.ts";
import { exitCodeOf, exitCodes } from "../cli/exit_codes.ts";
import { failureText } from "../cli/failure.ts";
import { type Line, textOf } from "../cli/lines.ts";
import { StateDirectory } from "../cli/state_directory.ts";
import { type ColorChoice, hasColor, styleFor } from "../cli/style.ts";
import { HistoryFile, openLineEditor } from "../terminal/mod.ts";
import { UsageError } from "../cli/usage_error.ts";
import type { KvSession } from "./session.ts";
import { expectWords, findCommand, shellCommands } from "./shell_commands.ts";
import { completeLine, hintFor } from "./shell_completion.ts";
import { splitWords } from "./shell_words.ts";

/** What was said of the shell on the command line. */
export interface ShellOptions extends ColorChoice {
  /** `false` for `--no-history`. */
  history?: boolean;
}

/**
 * Reads commands until the end of input. On a terminal it prompts, and goes on after an error; in a
 * pipe it prints no prompt and stops at the first error, with its line number.
 *
 * @returns 0, or the exit code of the error.
 */
export function runShell(session: KvSession, options: ShellOptions): Promise<number> {
  const { stdinIsTerminal, stdoutIsTerminal } = session.console;
  return stdinIsTerminal && stdoutIsTerminal ? converse(session, options) : runScript(session);
}

async function runScript(session: KvSession): Promise<number> {
  session.console.expectInput?.();
  let number = 0;
  for await (const line of session.console.lines()) {
    number++;
    try {
      if (await runLine(session, line) === "exit") break;
    } catch (error) {
      if (error instanceof BrokenPipeError) throw error;
      session.console.err(`Line ${number}: ${failureText(error)}\n`);
      return exitCodeOf(error);
    }
  }
  return exitCodes.ok;
}

async function converse(session: KvSession, options: ShellOptions): Promise<number> {
  const { client, console } = session;
  const { bold, dim, red } = styleFor(console, "stdout", options);
  const names = shellCommands.map(({ name }) => name);
  const tab = console.terminal === undefined || console.env("TERM") === "dumb"
    ? ""
    : "Tab completes, ";
  console.out(dim(`Commands: ${names.join(", ")}. ${tab}Ctrl-D leaves.`) + "\n");
  let running: AbortController | undefined;
  let isOpen = true;
  const editor = await openLineEditor(console, {
    complete: (typed, signal) => completeLine(client, typed, signal),
    // Without colours a hint would look like what was typed.
    hint: hasColor(console, "stdout", options) ? hintFor : undefined,
    history: options.history === false
      ? undefined
      : new HistoryFile(new StateDirectory(console), "shell_history"),
    onInterrupt: () => running?.abort(),
  });
  // Who looks for a server here is told at once that there is none.
  client.ping().catch((error) => isOpen && editor.print(`${red(failureText(error))}\n`));
  try {
    for (let line; (line = await editor.readLine(bold("cmud> "))) !== undefined;) {
      running = new AbortController();
      try {
        if (await runLine({ ...session, signal: running.signal }, line) === "exit") break;
      } catch (error) {
        editor.print(running.signal.aborted ? "Interrupted\n" : `${red(failureText(error))}\n`);
      } finally {
        running = undefined;
      }
    }
  } finally {
    isOpen = false;
    editor.close();
  }
  return exitCodes.ok;
}

/** An absent key is an answer here, not an error. */
async function runLine(session: KvSession, typed: Line): Promise<"exit" | "done"> {
  const line = textOf(typed);
  if (line.length > appLimits.lineCharsMax) {
    throw new UsageError(`Cannot read the line: allowed are ${appLimits.lineCharsMax} characters`);
  }
  const [name, ...words] = splitWords(line);
  if (name === undefined || name.text.startsWith("#")) return "done";
  const command = findCommand(name.text);
  expectWords(command, words);
  return await command.run(session, words, line) === "exit" ? "exit" : "done";
}
