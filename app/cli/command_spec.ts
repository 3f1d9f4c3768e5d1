import type { Console } from "./console.ts";
import type { Permission } from "./permissions.ts";

/**
 * A command as data. The command tree, the help and the completion scripts are all made from it.
 */
export interface CommandSpec {
  name: string;
  /** One line, without a full stop. */
  summary: string;
  /** Left out of help and completion: for the program itself. */
  hidden?: boolean;
  arguments?: readonly ArgumentSpec[];
  /** Options of this command; those of a group hold for its subcommands too. */
  options?: readonly OptionSpec[];
  /** What to type, and what it does. */
  examples?: readonly (readonly [string, string])[];
  /** Subcommands: then the command only groups them. */
  commands?: readonly CommandSpec[];
  /** The permissions that it needs; the process gives up all others before it runs. Default: none. */
  permissions?: readonly Permission[] | ((invocation: Invocation) => readonly Permission[]);
  /** Fills in what the command line leaves out. @throws {UsageError} when that cannot be used. */
  settle?(invocation: Invocation): Promise<Invocation>;
  /** Does it. @returns the exit code. */
  run?(invocation: Invocation): Promise<number>;
}

/** A positional argument. */
export interface ArgumentSpec {
  /** In capitals, as the help shows it. */
  name: string;
  summary: string;
  optional?: boolean;
  /** Whether it may be given several times; only the last one may. */
  repeatable?: boolean;
  /** All that is allowed, where that is a fixed set. */
  values?: readonly string[];
  /** What it names, where a shell can find candidates. */
  completes?: "files" | "keys";
}

/** An option: `--name`, or `--name VALUE`. */
export interface OptionSpec {
  /** With its dashes. `--no-name` makes `name` false, which is true without it. */
  name: string;
  /** What the value is, in capitals; absent for a switch. */
  value?: string;
  summary: string;
  /** All that is allowed, where that is a fixed set. */
  values?: readonly string[];
  /** What the value names, where a shell can find candidates. */
  completes?: "files";
  /** What its value is in a file of settings. Default: text. */
  type?: "integer" | "size" | "duration";
  /** Whether it is about settings, and none itself. */
  notInFile?: boolean;
  /** Whether it may be given several times: its value is then an array. */
  repeatable?: boolean;
  /** Checks and converts the value. @throws {UsageError} when it is not allowed. */
  parse?(value: string): unknown;
}

/** A command as it was called. */
export interface Invocation {
  /** One behind the other; those not given are `undefined` or missing. */
  arguments: readonly (string | undefined)[];
  /** By name in camel case; absent when not given. */
  options: Readonly<Record<string, unknown>>;
  console: Console;
}
