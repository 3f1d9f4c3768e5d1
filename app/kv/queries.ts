import { Buffer } from "node:buffer";
import type { Value } from "../../kvclient/mod.ts";
import { wireLimits } from "../../limits.ts";
import { decodeUtf8, escapeControl, escapedJson, isUtf8 } from "../../rpc/mod.ts";
import type { Console } from "../cli/console.ts";
import { allowedDuration, durationText, parseDuration } from "../cli/duration_option.ts";
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

/** Prints how long `key` still lives. @returns 1 when it is absent. */
export async function ttl(session: KvSession, key: string): Promise<number> {
  const { client, console, format, signal } = session;
  const ttlMs = await client.ttl(key, { signal });
  if (ttlMs === absentTtl) {
    tellAbsent(console, key);
    return exitCodes.keyNotFound;
  }
  const expires = ttlMs !== endlessTtl;
  console.out(
    format === "json"
      ? `${escapedJson({ key, ttlMs: expires ? ttlMs : null })}\n`
      : `${expires ? durationText(ttlMs) : never}\n`,
  );
  return exitCodes.ok;
}

/** What the store answers for a key that is absent, and for one that does not expire. */
const absentTtl = -2;
const endlessTtl = -1;

/** In place of a duration: no end. */
const never = "never";

/**
 * Has `key` expire after a duration, or never; prints nothing.
 *
 * @returns 1 when it is absent.
 * @throws {UsageError} when `lifetime` is neither a duration nor `never`.
 */
export async function expire(session: KvSession, key: string, lifetime: string): Promise<number> {
  const { client, console, signal } = session;
  if (await client.expire(key, ttlMsOf(lifetime), { signal })) return exitCodes.ok;
  tellAbsent(console, key);
  return exitCodes.keyNotFound;
}

function ttlMsOf(lifetime: string): number | null {
  try {
    return lifetime === never ? null : parseDuration(lifetime);
  } catch (cause) {
    throw new UsageError(
      `Cannot expire after ${
        JSON.stringify(lifetime)
      }: allowed is ${allowedDuration}, as 30s or 2h ` +
        `(ms, s, m, h, d), or ${never}`,
      { cause },
    );
  }
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

/** How a value is put. */
export interface PutForm {
  /** As bytes, and not as text. */
  readonly isBin?: boolean;
  /** How long it lives; absent: for ever. */
  readonly ttlMs?: number;
}

/** Stores an entry; prints nothing. */
export async function put(
  session: KvSession,
  key: string,
  value: Value,
  { isBin, ttlMs }: PutForm = {},
): Promise<number> {
  const isText = typeof value === "string" && !isBin;
  const put = typeof value === "string" && !isText ? new TextEncoder().encode(value) : value;
  await session.client.put(key, put, { ttlMs, signal: session.signal });
  return exitCodes.ok;
}

/** Stores stdin, byte for byte. @throws {UsageError} when it is no value. */
export async function putInput(
  session: KvSession,
  key: string,
  form: PutForm = {},
): Promise<number> {
  const input = await readValue(session.console);
  if (form.isBin) return await put(session, key, input, form);
  if (isUtf8(input, 0, input.length)) {
    return await put(session, key, decodeUtf8(input, 0, input.length), form);
  }
  throw new UsageError(
    "Cannot put the input: it is not valid UTF-8; with --bin any bytes are allowed",
  );
}

async function readValue(console: Console): Promise<Uint8Array> {
  if (console.stdinIsTerminal) console.err("Type the value; Ctrl-D behind a line break ends it.\n");
  console.expectInput?.();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of console.input()) {
    size += bytes.length;
    if (size > wireLimits.valueBytesMax) {
      throw new UsageError(
        `Cannot put the input: found more than ${wireLimits.valueBytesMax} bytes, which is all that a value may have`,
      );
    }
    parts.push(bytes);
  }
  return Buffer.concat(parts);
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
