/**
 * Entries as text.
 *
 * @module
 */

import { appLimits } from "../../limits.ts";
import type { Console } from "../cli/console.ts";
import { escapeControl, escapeControlInLines, escapedJson } from "../../rpc/mod.ts";
import type { KvSession } from "./session.ts";

/** A key and its value. */
export type Entry = readonly [key: string, value: string];

/**
 * An entry as the session prints it: `KEY<TAB>VALUE` and a line break, an object of JSON and a line
 * break, or raw with a NUL behind the key and behind the value; or its key alone in the same manner.
 */
export function entryText(session: KvSession, [key, value]: Entry): string {
  const { console, format, keysOnly } = session;
  if (format === "json") return keysOnly ? `${escapedJson({ key })}\n` : jsonLine(key, value);
  const texts = keysOnly ? [key] : [key, value];
  if (format === "raw") return texts.map((text) => `${text}\0`).join("");
  const shown = console.stdoutIsTerminal ? texts.map(escapeControl) : texts;
  return `${shown.join("\t")}\n`;
}

/** The value of `key` as the session prints it: and a line break, or raw without one. */
export function valueText({ console, format }: KvSession, [key, value]: Entry): string {
  if (format === "json") return jsonLine(key, value);
  if (format === "raw") return value;
  return (console.stdoutIsTerminal ? escapeControlInLines(value) : value) + "\n";
}

/** An entry as `kv export` writes it and `kv import` reads it. */
export function jsonLine(key: string, value: string, more: Readonly<Record<string, string>> = {}) {
  return `${escapedJson({ key, value, ...more })}\n`;
}

/** Writes many small texts to stdout as few large ones. What it still holds leaves at `flush`. */
export class BatchedOutput {
  #console: Console;
  #text = "";

  constructor(console: Console) {
    this.#console = console;
  }

  /** @throws {BrokenPipeError} when nobody reads them. */
  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= appLimits.outputBatchChars) this.flush();
  }

  /** @throws {BrokenPipeError} when nobody reads it. */
  flush(): void {
    const text = this.#text;
    this.#text = "";
    if (text !== "") this.#console.out(text);
  }
}
