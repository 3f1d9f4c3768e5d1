/**
 * The query methods as a client calls them: how their params are written and their results read.
 *
 * @module
 */

import { type Call, mismatch, MsgpackError, type MsgpackReader, readValue } from "../rpc/mod.ts";
import {
  expectBool,
  expectNil,
  expectOrder,
  expectStr,
  expectUint,
  expectValue,
  type Value,
  writeInt,
  writeOnlyStr,
  writeStr,
  writeValueParam,
} from "./call_codec.ts";
import type { Member } from "./member.ts";

/** A page of entries. */
export interface Page<Entry> {
  /** In ascending order of the keys' UTF-8 bytes. */
  entries: Entry[];
  /** Whether nothing follows. */
  done: boolean;
}

/** A page of a Scan. */
export type ScanPage = Page<[key: string, value: Value]>;

/** An entry as it is kept, for backups. */
export interface ExportedEntry {
  /** Begins with the prefix that was asked for. */
  key: string;
  /** A string or bytes, as which it was put. */
  value: Value;
  /** When it expires, milliseconds since the epoch; absent when it does not. */
  expiresAt?: number;
  /** When it was written, which decides what beats it: timestamp, sequence, and uid of the query actor. */
  order: readonly [timestamp: number, sequence: number, uid: string];
  /**
   * The number that the query actor gave the write, by which a replica knows that it has seen it; absent
   * when it gave none.
   */
  counter?: number;
}

/** Options of a Put. */
export interface PutOptions {
  /** How long the entry lives, an integer from 1 on, milliseconds. Without it the entry does not expire. */
  ttlMs?: number;
}

/** `Get [key]`: the value, or `undefined` when the key is absent. */
export function getCall(key: string): Call<Value | undefined> {
  return {
    method: "Get",
    repeatable: true,
    writeParams: (writer) => writeOnlyStr(writer, "key", key),
    readResult: (reader) => reader.nil() ? undefined : expectValue(reader),
  };
}

/** `Put [key, value, options?]`. Not repeatable: again and later, it could undo another's Put in between. */
export function putCall(key: string, value: Value, { ttlMs }: PutOptions = {}): Call<void> {
  return {
    method: "Put",
    repeatable: false,
    writeParams(writer) {
      writer.arrayHeader(ttlMs === undefined ? 2 : 3);
      writeStr(writer, "key", key);
      writeValueParam(writer, value);
      if (ttlMs === undefined) return;
      writer.mapHeader(1);
      writer.str("ttlMs");
      writeInt(writer, "ttlMs", ttlMs, 1);
    },
    readResult: (reader) => expectNil(reader, "a Put"),
  };
}

/** `Delete [key]`: whether the replica showed the key. Not repeatable, as a Put. */
export function deleteCall(key: string): Call<boolean> {
  return {
    method: "Delete",
    repeatable: false,
    writeParams: (writer) => writeOnlyStr(writer, "key", key),
    readResult: (reader) => expectBool(reader, "a Delete"),
  };
}

/** `Expire [key, ttlMs or nil]`: whether the replica showed the key. Not repeatable, as a Put. */
export function expireCall(key: string, ttlMs: number | null): Call<boolean> {
  return {
    method: "Expire",
    repeatable: false,
    writeParams(writer) {
      writer.arrayHeader(2);
      writeStr(writer, "key", key);
      if (ttlMs === null) writer.nil();
      else writeInt(writer, "ttlMs", ttlMs, 1);
    },
    readResult: (reader) => expectBool(reader, "an Expire"),
  };
}

/** `Ttl [key]`: -2 when the key is absent, -1 when it does not expire, else the milliseconds left. */
export function ttlCall(key: string): Call<number> {
  return {
    method: "Ttl",
    repeatable: true,
    writeParams: (writer) => writeOnlyStr(writer, "key", key),
    readResult(reader) {
      const ttlMs = reader.number();
      if (typeof ttlMs !== "number") throw new MsgpackError("the result of a Ttl is no integer");
      return ttlMs;
    },
  };
}

/**
 * `Merge [key, value, order, expiresAt or nil, counter?]`: whether the entry was taken, because the replica held
 * none that is later. Repeatable: again it changes nothing.
 */
export function mergeCall(entry: ExportedEntry): Call<boolean> {
  const { key, value, order, expiresAt, counter } = entry;
  return {
    method: "Merge",
    repeatable: true,
    writeParams(writer) {
      writer.arrayHeader(counter === undefined ? 4 : 5);
      writeStr(writer, "key", key);
      writeValueParam(writer, value);
      const [timestamp, sequence, uid] = order;
      writer.arrayHeader(3);
      writeInt(writer, "timestamp", timestamp, 0);
      writeInt(writer, "sequence", sequence, 0);
      writeStr(writer, "uid", uid);
      if (expiresAt === undefined) writer.nil();
      else writeInt(writer, "time to expire at", expiresAt, 1);
      if (counter !== undefined) writeInt(writer, "counter", counter, 1);
    },
    readResult: (reader) => expectBool(reader, "a Merge"),
  };
}

/** `List [prefix]`: every entry whose key begins with `prefix`, in ascending order of UTF-8 bytes. */
export function listCall(prefix: string): Call<Map<string, Value>> {
  return {
    method: "List",
    repeatable: true,
    writeParams: (writer) => writeOnlyStr(writer, "prefix", prefix),
    readResult(reader) {
      const count = reader.mapHeader();
      if (count === mismatch) throw new MsgpackError("the result of a List is not a map");
      const entries = new Map<string, Value>();
      for (let i = 0; i < count; i++) entries.set(expectStr(reader), expectValue(reader));
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
  return pageCall("Scan", prefix, after, limit, (reader) => {
    if (reader.arrayHeader() !== 2) throw new MsgpackError("an entry of a Scan is not a pair");
    return [expectStr(reader), expectValue(reader)];
  });
}

/** `Export [prefix, after, limit]`: a page as `scanCall` has it, of entries as they are kept. */
export function exportCall(
  prefix: string,
  after: string | undefined,
  limit: number,
): Call<Page<ExportedEntry>> {
  return pageCall("Export", prefix, after, limit, (reader) => {
    const parts = reader.arrayHeader();
    if (parts !== 4 && parts !== 5) {
      throw new MsgpackError("an entry of an Export is not of four or five parts");
    }
    const key = expectStr(reader);
    const value = expectValue(reader);
    const order = expectOrder(reader, "an Export");
    const expires = reader.nil() ? {} : { expiresAt: expectUint(reader) };
    const counted = parts === 4 ? {} : { counter: expectUint(reader) };
    return { key, value, order, ...expires, ...counted };
  });
}

function pageCall<Entry>(
  method: "Scan" | "Export",
  prefix: string,
  after: string | undefined,
  limit: number,
  readEntry: (reader: MsgpackReader) => Entry,
): Call<Page<Entry>> {
  return {
    method,
    repeatable: true,
    writeParams(writer) {
      writer.arrayHeader(3);
      writeStr(writer, "prefix", prefix);
      if (after === undefined) writer.nil();
      else writeStr(writer, "after", after);
      writer.int(limit);
    },
    readResult(reader) {
      if (reader.arrayHeader() !== 2) {
        throw new MsgpackError(`the result of a ${method} is not a pair`);
      }
      const count = reader.arrayHeader();
      if (count === mismatch) throw new MsgpackError(`the entries of a ${method} are not an array`);
      const entries: Entry[] = [];
      for (let i = 0; i < count; i++) entries.push(readEntry(reader));
      const done = reader.bool();
      if (done === undefined) throw new MsgpackError(`a ${method} does not say whether it is done`);
      return { entries, done };
    },
  };
}

/** `Count [prefix]`: the number of keys that begin with `prefix`. */
export function countCall(prefix: string): Call<number> {
  return {
    method: "Count",
    repeatable: true,
    writeParams: (writer) => writeOnlyStr(writer, "prefix", prefix),
    readResult(reader) {
      const count = reader.uint();
      if (count === mismatch) throw new MsgpackError("the result of a Count is not a number");
      return count;
    },
  };
}

/** `Watch [prefix, {"initial": true}]`: the id of the watch. Repeatable: again it is another watch. */
export function watchCall(prefix: string): Call<number> {
  return {
    method: "Watch",
    repeatable: true,
    writeParams(writer) {
      writer.arrayHeader(2);
      writeStr(writer, "prefix", prefix);
      writer.mapHeader(1);
      writer.str("initial");
      writer.bool(true);
    },
    readResult: expectUint,
  };
}

/** `Unwatch [id]`: after it nothing is told of that watch. */
export function unwatchCall(id: number): Call<void> {
  return {
    method: "Unwatch",
    repeatable: true,
    writeParams(writer) {
      writer.arrayHeader(1);
      writer.int(id);
    },
    readResult: (reader) => expectNil(reader, "an Unwatch"),
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

/**
 * `Auth [token]`: shows who calls, before anything else is asked. What it allows is not told: a server that
 * knows no such method asks for none.
 */
export function authCall(token: string): Call<void> {
  return {
    method: "Auth",
    repeatable: true,
    writeParams: (writer) => writeOnlyStr(writer, "token", token),
    readResult: (reader) => reader.skip(),
  };
}

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

/** `Forget [address]`: whether a server of that address was known. It is known no more, in the whole cluster. */
export function forgetCall(address: string): Call<boolean> {
  return {
    method: "Forget",
    repeatable: true,
    writeParams: (writer) => writeOnlyStr(writer, "address", address),
    readResult: (reader) => expectBool(reader, "a Forget"),
  };
}

function isMember(value: unknown): value is Member {
  return typeof value === "object" && value !== null && "address" in value && "state" in value &&
    typeof value.address === "string" && typeof value.state === "string";
}
