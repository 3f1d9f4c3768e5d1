import { wireLimits } from "../../limits.ts";
import { escapeControl } from "../../rpc/mod.ts";
import type { Console } from "../cli/console.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { UsageError } from "../cli/usage_error.ts";
import { BatchedOutput, entryText, valueText } from "./entry_text.ts";
import type { KvSession } from "./session.ts";

/** Prints the value of `key`. @returns 1 when it is absent. */
export async function get(session: KvSession, key: string): Promise<number> {
  const { client, console, signal } = session;
  const value = await client.get(key, { signal });
  if (value === undefined) {
    tellAbsent(console, key);
    return exitCodes.keyNotFound;
  }
  console.out(valueText(session, [key, value]));
  return exitCodes.ok;
}

function tellAbsent(console: Console, key: string): void {
  console.err(`Key not found: ${escapeControl(key)}\n`);
}

/** Deletes keys; prints nothing. @returns 1 when any was absent. */
export async function deleteKeys(session: KvSession, keys: readonly string[]): Promise<number> {
  const { client, console, signal } = session;
  const deletes = keys.map((key) => client.delete(key, { signal }));
  // All are done, also when one fails.
  await Promise.allSettled(deletes);
  const shown = await Promise.all(deletes);
  for (const [i, key] of keys.entries()) if (!shown[i]) tellAbsent(console, key);
  return shown.includes(false) ? exitCodes.keyNotFound : exitCodes.ok;
}

/** Stores an entry; prints nothing. */
export async function put(session: KvSession, key: string, value: string): Promise<number> {
  await session.client.put(key, value, { signal: session.signal });
  return exitCodes.ok;
}

/** Stores stdin, byte for byte. @throws {UsageError} when it is no value. */
export async function putInput(session: KvSession, key: string): Promise<number> {
  const { console } = session;
  if (console.stdinIsTerminal) console.err("Type the value; Ctrl-D behind a line break ends it.\n");
  console.expectInput?.();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let value = "";
  let size = 0;
  try {
    for await (const bytes of console.input()) {
      size += bytes.length;
      if (size > wireLimits.valueBytesMax) {
        throw new UsageError(
          `Cannot put the input: found more than ${wireLimits.valueBytesMax} bytes, which is all that a value may have`,
        );
      }
      value += decoder.decode(bytes, { stream: true });
    }
    value += decoder.decode();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new UsageError("Cannot put the input: it is not valid UTF-8", { cause });
  }
  return await put(session, key, value);
}

/** Prints the entries below `prefix`, in the order of the keys' UTF-8 bytes. */
export async function list(session: KvSession, prefix: string): Promise<number> {
  const entries = await session.client.list(prefix, { signal: session.signal });
  const output = new BatchedOutput(session.console);
  for (const entry of entries) output.write(entryText(session, entry));
  output.flush();
  return exitCodes.ok;
}

/** Prints the number of keys below `prefix`. */
export async function count(session: KvSession, prefix: string): Promise<number> {
  const { client, console, format, signal } = session;
  const count = await client.count(prefix, { signal });
  console.out(`${format === "json" ? JSON.stringify({ count }) : count}\n`);
  return exitCodes.ok;
}

/** As `list`, but page by page, and so needs little memory. Prints no more than `limit` entries. */
export async function scan(
  session: KvSession,
  prefix: string,
  limit = Infinity,
): Promise<number> {
  const output = new BatchedOutput(session.console);
  let count = 0;
  try {
    for await (const entry of session.client.scan(prefix, { signal: session.signal })) {
      if (count++ === limit) break;
      output.write(entryText(session, entry));
    }
  } finally {
    output.flush();
  }
  return exitCodes.ok;
}
