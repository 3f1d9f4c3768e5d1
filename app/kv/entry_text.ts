/**
 * Entries as text.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { ExportedEntry, Value } from "../../kvclient/mod.ts";
import { appLimits } from "../../limits.ts";
import type { Console } from "../cli/console.ts";
import {
  decodeUtf8,
  escapeControl,
  escapeControlInLines,
  escapedJson,
  isUtf8,
} from "../../rpc/mod.ts";
import type { KvSession } from "./session.ts";

/** A key and its value. */
export type Entry = readonly [key: string, value: Value];

/** What is printed: text, or bytes as they are. */
export type Printed = string | Uint8Array;

const encoder = new TextEncoder();

/**
 * An entry as the session prints it: `KEY<TAB>VALUE` and a line break, an object of JSON and a line
 * break, or raw with a NUL behind the key and behind the value; or its key alone in the same manner.
 */
export function entryText(session: KvSession, [key, value]: Entry): Printed {
  const { console, format, keysOnly } = session;
  if (format === "json") return keysOnly ? `${escapedJson({ key })}\n` : jsonLine(key, value);
  const texts = keysOnly ? [key] : [key, value];
  if (format === "raw") return joined(texts.flatMap((text) => [text, "\0"]));
  if (console.stdoutIsTerminal) return `${texts.map(onTerminal).join("\t")}\n`;
  return joined(keysOnly ? [key, "\n"] : [key, "\t", value, "\n"]);
}

/** The value of `key` as the session prints it: and a line break, or raw without one. */
export function valueText({ console, format }: KvSession, [key, value]: Entry): Printed {
  if (format === "json") return jsonLine(key, value);
  if (format === "raw") return value;
  if (!console.stdoutIsTerminal) return joined([value, "\n"]);
  return `${escapeControlInLines(asText(value))}\n`;
}

/** A value on one line of a terminal: of bytes, those that are no UTF-8 are shown as `\xff`. */
export function onTerminal(value: Value): string {
  return escapeControl(asText(value));
}

/** Texts one behind the other; as bytes when there are bytes among them. */
export function joined(parts: readonly Value[]): Printed {
  if (parts.every((part) => typeof part === "string")) return parts.join("");
  return Buffer.concat(parts.map((part) => typeof part === "string" ? encoder.encode(part) : part));
}

/** An entry as an object of JSON, with the bytes of a bin in base64. */
export function jsonLine(key: string, value: Value, more: Readonly<Record<string, unknown>> = {}) {
  const shown = typeof value === "string" ? { value } : { base64: base64Of(value) };
  return `${escapedJson({ key, ...shown, ...more })}\n`;
}

/** An entry as `kv export` writes it and `kv import` reads it. */
export function exportLine({ key, value, expiresAt, order, counter }: ExportedEntry): string {
  const expires = expiresAt === undefined ? {} : { expiresAt };
  return jsonLine(key, value, { ...expires, order, ...counter === undefined ? {} : { counter } });
}

function base64Of({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, length).toString("base64");
}

/** The bytes that base64 stands for; `undefined` when it is none. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return new Uint8Array(Buffer.from(text, "base64"));
}

function asText(value: Value): string {
  if (typeof value === "string") return value;
  if (isUtf8(value, 0, value.length)) return decodeUtf8(value, 0, value.length);
  let text = "";
  for (let at = 0; at < value.length;) {
    const length = characterBytes.find((bytes) =>
      at + bytes <= value.length && isUtf8(value, at, at + bytes)
    );
    text += length === undefined
      ? `\\x${value[at].toString(16).padStart(2, "0")}`
      : decodeUtf8(value, at, at + length);
    at += length ?? 1;
  }
  return text;
}

/** How many bytes a character may have. */
const characterBytes = [1, 2, 3, 4];

/** Writes many small texts to stdout as few large ones. What it still holds leaves at `flush`. */
export class BatchedOutput {
  #console: Console;
  #text = "";

  constructor(console: Console) {
    this.#console = console;
  }

  /** @throws {BrokenPipeError} when nobody reads them. */
  write(text: Printed): void {
    if (typeof text === "string") {
      this.#text += text;
      if (this.#text.length >= appLimits.outputBatchChars) this.flush();
    } else {
      this.flush();
      this.#console.out(text);
    }
  }

  /** @throws {BrokenPipeError} when nobody reads it. */
  flush(): void {
    const text = this.#text;
    this.#text = "";
    if (text !== "") this.#console.out(text);
  }
}
