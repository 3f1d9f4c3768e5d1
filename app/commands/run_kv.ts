/**
 * What the subcommands of `cmud kv` do.
 *
 * @module
 */

import { appLimits } from "../../limits.ts";
import type { Invocation } from "../cli/command_spec.ts";
import type { Console } from "../cli/console.ts";
import type { ImportSource } from "../kv/import.ts";
import { count, deleteKeys, expire, get, list, put, putInput, scan, ttl } from "../kv/queries.ts";
import type { EntryFormat, KvSession } from "../kv/session.ts";
import { withClient } from "../cli/with_client.ts";
import { UsageError } from "../cli/usage_error.ts";

/** `cmud kv get` */
export const runGet = query((session, [key]) => get(session, key!));

/** `cmud kv put` */
export const runPut = query((session, [key, value], { options }) => {
  expectCertain("put a key", key!);
  expectCertain("put a value", value!);
  const form = { isBin: options.bin === true, ttlMs: options.ttl as number | undefined };
  return value === "-" ? putInput(session, key!, form) : put(session, key!, value!, form);
});

/** `cmud kv ttl` */
export const runTtl = query((session, [key]) => ttl(session, key!));

/** `cmud kv expire` */
export const runExpire = query((session, [key, lifetime]) => expire(session, key!, lifetime!));

/** `cmud kv delete` */
export const runDelete = query((session, keys) => {
  for (const key of keys) expectCertain("delete a key", key!);
  return deleteKeys(session, keys as readonly string[]);
});

/** @throws {UsageError} for an argument that may not be what was typed: Deno makes it text somehow. */
function expectCertain(action: string, argument: string): void {
  if (!argument.includes("\ufffd")) return;
  throw new UsageError(
    `Cannot ${action} with U+FFFD: on a command line that may stand for bytes that are not UTF-8, ` +
      "allowed is it in what is read from stdin (kv put KEY -, kv import, kv shell)",
  );
}

/** `cmud kv list` */
export const runList = query((session, [prefix = ""]) => list(session, prefix));

/** `cmud kv scan` */
export const runScan = query((session, [prefix = ""], { options }) =>
  scan(session, prefix, options.limit as number | undefined)
);

/** `cmud kv count` */
export const runCount = query((session, [prefix = ""]) => count(session, prefix));

/** `cmud kv complete-keys` */
export const runCompleteKeys = query(async (session, [prefix = ""]) => {
  const { printOfferedKeys } = await import("../kv/offered_keys.ts");
  return printOfferedKeys(session, prefix);
});

/** `cmud kv watch` */
export const runWatch = query(async (session, [prefix = ""], { options }) => {
  const { watch } = await import("../kv/watch.ts");
  return watch(session, prefix, {
    intervalMs: options.interval as number | undefined ?? appLimits.watchIntervalMs,
    initial: options.initial === true,
  });
});

/** `cmud kv import` */
export const runImport = query(async (session, [path = "-"], { options }) => {
  const { importEntries } = await import("../kv/import.ts");
  const source = await (path === "-" ? inputOf(session.console) : open(path));
  return importEntries(session, source, { merges: options.merge === true });
});

/** `cmud kv export` */
export const runExport = query(async (session, [prefix = ""]) => {
  const { exportEntries } = await import("../kv/export.ts");
  return exportEntries(session, prefix);
});

/** `cmud kv shell` */
export const runShell = query(async (session, _arguments, { options }) => {
  const shell = await import("../kv/shell.ts");
  return shell.runShell(session, options);
});

function query(
  ask: (
    session: KvSession,
    args: readonly (string | undefined)[],
    invocation: Invocation,
  ) => Promise<number>,
): (invocation: Invocation) => Promise<number> {
  return (invocation) =>
    withClient(invocation, (client) => {
      const { arguments: args, console, options } = invocation;
      const keysOnly = options.keys === true;
      const session = { client, console, format: formatOf(invocation), keysOnly };
      return ask(session, args, invocation);
    });
}

function formatOf({ options }: Invocation): EntryFormat {
  if (options.json && options.raw) {
    throw new UsageError("Cannot print both JSON and raw bytes: allowed is --json or --raw");
  }
  return options.json ? "json" : options.raw ? "raw" : "lines";
}

/** @throws {UsageError} when nobody gives any. */
function inputOf(console: Console): ImportSource {
  console.expectInput?.();
  if (console.stdinIsTerminal) {
    console.err('Type lines such as {"key":"k","value":"v"}; Ctrl-D ends them.\n');
  }
  return { bytes: console.input(), isTyped: console.stdinIsTerminal };
}

/** @throws {UsageError} when it cannot be read. */
async function open(path: string): Promise<ImportSource> {
  try {
    const { size, isFile, isDirectory } = await Deno.stat(path);
    if (isDirectory) throw new Error("it is a folder");
    // The stream closes the file, also when it is not read to its end.
    const { readable: bytes } = await Deno.open(path);
    return { bytes, size: isFile ? size : undefined };
  } catch (error) {
    throw new UsageError(`Cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}
