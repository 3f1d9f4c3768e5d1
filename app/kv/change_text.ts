/**
 * What is said of entries as they change, and of the server that tells it.
 *
 * @module
 */

import { escapeControl, escapedJson } from "../../rpc/mod.ts";
import { failureText } from "../cli/failure.ts";
import { type Entry, joined, jsonLine, onTerminal, type Printed } from "./entry_text.ts";
import type { Change } from "./seen_entries.ts";
import type { KvSession } from "./session.ts";

/** How entries are watched. */
export interface WatchingOptions {
  /** Time between two polls of a server that has no watches. */
  readonly intervalMs: number;
  /** Whether the entries are printed that are there at the beginning. Default: no. */
  readonly initial?: boolean;
}

/** A line of an entry that is there at the beginning, is new or has changed. */
export function changeText(
  { console, format }: KvSession,
  change: Change | "initial",
  [key, value]: Entry,
): Printed {
  if (format === "json") return jsonLine(key, value, { change });
  return console.stdoutIsTerminal
    ? `${change}\t${escapeControl(key)}\t${onTerminal(value)}\n`
    : joined([change, "\t", key, "\t", value, "\n"]);
}

/** A line of a key that is gone. */
export function deletionText({ console, format }: KvSession, key: string): string {
  const change = "deleted";
  if (format === "json") return `${escapedJson({ key, change })}\n`;
  return `${change}\t${console.stdoutIsTerminal ? escapeControl(key) : key}\n`;
}

/** Says that what is there has been seen, and changes follow. */
export function watchingText(prefix: string): string {
  return `Watching ${about(prefix)}. Ctrl-C ends it.\n`;
}

/** Says that no server answers. */
export function lostText(error: unknown): string {
  return `${failureText(error)}\nServers are asked until one answers.\n`;
}

/** Says that one does again. */
export const resumedText = "A server answers again.\n";

function about(prefix: string): string {
  return prefix === "" ? "all keys" : `keys that begin with ${escapeControl(prefix)}`;
}
