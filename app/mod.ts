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

import { RpcError } from "../kvclient/mod.ts";
import { runCommandTree } from "./command_tree.ts";
import { rootCommand } from "./commands.ts";
import { BrokenPipeError, type Console } from "./console.ts";
import { escapeControlInLines } from "./escape.ts";
import { exitCodeOf, exitCodeOfSignal, exitCodes } from "./exit_codes.ts";
import { version } from "./version.ts";

export { type Console, processConsole, type StopSignal } from "./console.ts";

/** Runs the command that `args` call. Errors are printed. @returns the exit code. */
export async function runCommandLine(args: readonly string[], console: Console): Promise<number> {
  const release = console.onStopSignal((signal) => console.exit(exitCodeOfSignal(signal)));
  try {
    return await runCommandTree(rootCommand, version, args, console);
  } catch (error) {
    // Whoever read the results has seen enough: nothing is wrong.
    if (error instanceof BrokenPipeError) return exitCodes.ok;
    const message = error instanceof Error ? error.message : String(error);
    const exitCode = exitCodeOf(error);
    console.err(`cmud: ${escapeControlInLines(message)}\n`);
    if (error instanceof RpcError && error.code === "unknown_method") {
      console.err(
        "Is that a system port? Query ports come behind it: by default 6001 is the first\n",
      );
    }
    if (exitCode === exitCodes.unreachable) {
      console.err("Is a server running there? One is started with: cmud server\n");
    }
    return exitCode;
  } finally {
    release();
  }
}
