/**
 * The query methods as a client calls them: how their params are written and their results read.
 *
 * @module
 */

import {
  type Call,
  mismatch,
  MsgpackError,
  type MsgpackReader,
  type MsgpackWriter,
  readValue,
} from "../rpc/mod.ts";
import type { Member } from "./member.ts";

/** A page of a Scan. */
export interface ScanPage {
  /** In ascending order of the keys' UTF-8 bytes. */
  entries: [key: string, value: string][];
  /** Whether nothing follows. */
  done: boolean;
}

/** `Get [key]`: the value, or `undefined` when the key is absent. */
export function getCall(key: string): Call<string | undefined> {
  return {
    method: "Get",
    repeatable: true,
    writeParams: (writer) => writeStrs(writer, { key }),
    readResult: (reader) => reader.nil() ? undefined : expectStr(reader),
  };
}

/** `Put [key, value]`. Not repeatable: again and later, it could undo another's Put in between. */
export function putCall(key: string, value: string): Call<void> {
  return {
    method: "Put",
    repeatable: false,
    writeParams: (writer) => writeStrs(writer, { key, value }),
    readResult(reader) {
      if (!reader.nil()) throw new MsgpackError("the result of a Put is not nil");
    },
  };
}

/** `Delete [key]`: whether the replica showed the key. Not repeatable, as a Put. */
export function deleteCall(key: string): Call<boolean> {
  return {
    method: "Delete",
    repeatable: false,
    writeParams: (writer) => writeStrs(writer, { key }),
    readResult(reader) {
      const shown = reader.bool();
      if (shown === undefined) throw new MsgpackError("the result of a Delete is not a bool");
      return shown;
    },
  };
}

/** `List [prefix]`: every entry whose key begins with `prefix`, in ascending order of UTF-8 bytes. */
export function listCall(prefix: string): Call<Map<string, string>> {
  return {
    method: "List",
    repeatable: true,
    writeParams: (writer) => writeStrs(writer, { prefix }),
    readResult(reader) {
      const count = reader.mapHeader();
      if (count === mismatch) throw new MsgpackError("the result of a List is not a map");
      const entries = new Map<string, string>();
      for (let i = 0; i < count; i++) entries.set(expectStr(reader), expectStr(reader));
      return entries;
    },
  };
}

/** `Scan [prefix, after, limit]`: a page of at most `limit` entries behind the key `after`. */
export function scanCall(
  prefix: string,
  after: string | undefined,
  limit: number,
): Call<ScanPage> {
  return {
    method: "Scan",
    repeatable: true,
    writeParams(writer) {
      writer.arrayHeader(3);
      writeStr(writer, "prefix", prefix);
      if (after === undefined) writer.nil();
      else writeStr(writer, "after", after);
      writer.int(limit);
    },
    readResult(reader) {
      if (reader.arrayHeader() !== 2) throw new MsgpackError("the result of a Scan is not a pair");
      const count = reader.arrayHeader();
      if (count === mismatch) throw new MsgpackError("the entries of a Scan are not an array");
      const entries: [string, string][] = [];
      for (let i = 0; i < count; i++) {
        if (reader.arrayHeader() !== 2) throw new MsgpackError("an entry of a Scan is not a pair");
        entries.push([expectStr(reader), expectStr(reader)]);
      }
      const done = reader.bool();
      if (done === undefined) throw new MsgpackError("a Scan does not say whether it is done");
      return { entries, done };
    },
  };
}

/** `Count [prefix]`: the number of keys that begin with `prefix`. */
export function countCall(prefix: string): Call<number> {
  return {
    method: "Count",
    repeatable: true,
    writeParams: (writer) => writeStrs(writer, { prefix }),
    readResult(reader) {
      const count = reader.uint();
      if (count === mismatch) throw new MsgpackError("the result of a Count is not a number");
      return count;
    },
  };
}

/** `Ping []`: resolves when the server answers. */
export const pingCall: Call<void> = {
  method: "Ping",
  repeatable: true,
  writeParams: (writer) => writer.arrayHeader(0),
  readResult(reader) {
    if (reader.str() !== "pong") throw new MsgpackError("the result of a Ping is not a pong");
  },
};

/** Figures by name, as `Stats` answers them; a newer server may send more. */
export type StatsFigures = Record<string, number | boolean | string>;

/** `Stats []`: the figures of the query actor and its system. */
export const statsCall: Call<StatsFigures> = {
  method: "Stats",
  repeatable: true,
  writeParams: (writer) => writer.arrayHeader(0),
  readResult(reader) {
    const figures = readValue(reader);
    if (typeof figures !== "object" || figures === null) {
      throw new MsgpackError("the result of Stats is not a map");
    }
    return Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [
        name,
        typeof value === "bigint" ? Number(value) : value,
      ]),
    );
  },
};

/** `Members []`: the servers that the server knows, itself first. A newer server may tell more of each. */
export const membersCall: Call<Member[]> = {
  method: "Members",
  repeatable: true,
  writeParams: (writer) => writer.arrayHeader(0),
  readResult(reader) {
    const members = readValue(reader);
    if (!Array.isArray(members) || !members.every(isMember)) {
      throw new MsgpackError("the result of Members is not an array of maps");
    }
    return members;
  },
};

function isMember(value: unknown): value is Member {
  return typeof value === "object" && value !== null && "address" in value && "state" in value &&
    typeof value.address === "string" && typeof value.state === "string";
}

/** @throws {TypeError} when one of them has a lone surrogate: UTF-8 cannot hold it. */
function writeStrs(writer: MsgpackWriter, params: Record<string, string>): void {
  const entries = Object.entries(params);
  writer.arrayHeader(entries.length);
  for (const [name, text] of entries) writeStr(writer, name, text);
}

function writeStr(writer: MsgpackWriter, name: string, text: string): void {
  if (typeof text !== "string") {
    throw new TypeError(`Cannot use ${String(text)} as a ${name}: allowed is a string`);
  }
  if (!writer.str(text)) {
    throw new TypeError(
      `Cannot use ${
        JSON.stringify(text)
      } as a ${name}: found a lone surrogate, allowed is text that UTF-8 can hold`,
    );
  }
}

function expectStr(reader: MsgpackReader): string {
  const text = reader.str();
  if (text === undefined) throw new MsgpackError("a key or value in a result is not a str");
  return text;
}
