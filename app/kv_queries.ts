import type { Client } from "../kvclient/mod.ts";
import type { Console } from "./console.ts";
import { escapeControl, escapeControlInLines, escapedJson } from "./escape.ts";
import { exitCodes } from "./exit_codes.ts";

/** Where the queries of `kv` and of its shell go, and where their results do. */
export interface KvSession {
  client: Client;
  console: Console;
  /** Print one JSON object per entry. */
  json: boolean;
}

/** Prints the value of `key`. @returns 1 when it is absent. */
export async function get({ client, console, json }: KvSession, key: string): Promise<number> {
  const value = await client.get(key);
  if (value === undefined) {
    console.err(`Key not found: ${escapeControl(key)}\n`);
    return exitCodes.keyNotFound;
  }
  if (json) console.out(jsonLine(key, value));
  else console.out((console.stdoutIsTerminal ? escapeControlInLines(value) : value) + "\n");
  return exitCodes.ok;
}

/** Stores an entry; prints nothing. */
export async function put({ client }: KvSession, key: string, value: string): Promise<number> {
  await client.put(key, value);
  return exitCodes.ok;
}

/** Prints the entries below `prefix`, in the order of the keys' UTF-8 bytes. */
export async function list(session: KvSession, prefix: string): Promise<number> {
  const entries = await session.client.list(prefix);
  session.console.out([...entries].map((entry) => entryLine(session, entry)).join(""));
  return exitCodes.ok;
}

/** As `list`, but prints each page as it comes, and so needs little memory. */
export async function scan(session: KvSession, prefix: string): Promise<number> {
  for await (const entry of session.client.scan(prefix)) {
    session.console.out(entryLine(session, entry));
  }
  return exitCodes.ok;
}

function entryLine({ console, json }: KvSession, [key, value]: [string, string]): string {
  if (json) return jsonLine(key, value);
  return console.stdoutIsTerminal
    ? `${escapeControl(key)}\t${escapeControl(value)}\n`
    : `${key}\t${value}\n`;
}

function jsonLine(key: string, value: string): string {
  return escapedJson({ key, value }) + "\n";
}
