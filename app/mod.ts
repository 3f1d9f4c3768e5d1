/**
 * The command line.
 *
 * ```ts
 * import { type Console, runCommandLine } from "./mod.ts";
 *
 * let printed = "";
 * const console: Console = {
 *   stdinIsTerminal: false,
 *   stdoutIsTerminal: false,
 *   stderrIsTerminal: false,
 *   env: () => undefined,
 *   out: (text) => void (printed += text),
 *   err: () => {},
 *   async *input() {},
 *   async *lines() {},
 *   onStopSignal: () => () => {},
 *   exit: () => {},
 * };
 * const exitCode = await runCommandLine(["--version"], console);
 * if (exitCode !== 0 || !/^\d+\.\d+\.\d+\n$/.test(printed)) throw new Error("no version");
 * ```
 *
 * @module
 */

import { runCommandTree } from "./commands/command_tree.ts";
import { rootCommand } from "./commands/commands.ts";
import { BrokenPipeError, type Console } from "./cli/console.ts";
import { exitCodeOf, exitCodes } from "./cli/exit_codes.ts";
import { failureText } from "./cli/failure.ts";
import { version } from "./cli/version.ts";

export { type Console, processConsole } from "./cli/console.ts";
export type { StopSignal } from "./cli/stop_signals.ts";

/** Runs the command that `args` call. Errors are printed. @returns the exit code. */
export async function runCommandLine(args: readonly string[], console: Console): Promise<number> {
  try {
    return await runCommandTree(rootCommand, version, args, console);
  } catch (error) {
    // Whoever read the results has seen enough: nothing is wrong.
    if (error instanceof BrokenPipeError) return exitCodes.ok;
    console.err(`cmud: ${failureText(error)}\n`);
    return exitCodeOf(error);
  }
}
