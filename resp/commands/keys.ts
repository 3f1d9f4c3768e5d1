import type { MsgpackWriter } from "../../rpc/mod.ts";
import { constantReply, ReplyWriter } from "../wire/reply_writer.ts";
import {
  findEntry,
  integerOf,
  isOption,
  option,
  patternOf,
  readEntry,
  textOf,
  writeKeyOf,
} from "./arguments.ts";
import type { Command, CommandCall, LongReply, Outcome, ReplyPart } from "./command.ts";
import { EntryCursors, keyOf } from "./cursors.ts";
import { CommandError, refusals } from "./errors.ts";
import type { Glob } from "./glob.ts";
import { type CommandHost, type Keyspace, noEntry } from "./keyspace.ts";
import { executeForKeys, type KeyedCommand } from "./many_keys.ts";

const options = {
  match: option("MATCH"),
  count: option("COUNT"),
  type: option("TYPE"),
  string: option("string"),
};

const typeString = constantReply("+string\r\n");
const typeNone = constantReply("+none\r\n");

/** A page of a SCAN that asks for no number of keys. */
const usualCount = 10;

/** What a look at a key costs, as the bytes that would cost as much to write. */
const workOfEntry = 64;

/** Steps of a pattern that one part of a reply may take. */
const stepsMax = 1_000_000;

/** Draws of a random key, because one that has just expired may be counted still. */
const randomTries = 100;

const many = { first: 1, last: -1, step: 1 };
const summed = ["request_policy:multi_shard", "response_policy:agg_sum"];

/** The commands on keys of any kind. */
export const keyCommands: readonly Command[] = [
  {
    name: "del",
    arity: -2,
    group: "generic",
    summary: "Delete a key",
    since: "1.0.0",
    flags: ["write"],
    tips: summed,
    keys: { ...many, access: ["RM", "delete"] },
    execute: (call) => executeForKeys(call, removing),
  },
  {
    name: "unlink",
    arity: -2,
    group: "generic",
    summary: "Delete a key, as DEL does",
    since: "4.0.0",
    flags: ["write", "fast"],
    tips: summed,
    keys: { ...many, access: ["RM", "delete"] },
    execute: (call) => executeForKeys(call, removing),
  },
  {
    name: "exists",
    arity: -2,
    group: "generic",
    summary: "Count those of the given keys that exist",
    since: "1.0.0",
    flags: ["readonly", "fast"],
    tips: summed,
    keys: { ...many, access: ["RO"] },
    execute: (call) => executeForKeys(call, counting),
  },
  {
    name: "touch",
    arity: -2,
    group: "generic",
    summary: "Count those of the given keys that exist",
    since: "3.2.1",
    flags: ["readonly", "fast"],
    tips: summed,
    keys: { ...many, access: ["RO"] },
    execute: (call) => executeForKeys(call, counting),
  },
  {
    name: "type",
    arity: 2,
    group: "generic",
    summary: "Tell the type stored at a key: a string, or none",
    since: "1.0.0",
    flags: ["readonly", "fast"],
    keys: { first: 1, last: 1, step: 1, access: ["RO"] },
    execute: (call) => call.reply.constant(findEntry(call, 1) === noEntry ? typeNone : typeString),
  },
  {
    name: "keys",
    arity: 2,
    group: "generic",
    summary: "Find all keys that match a pattern",
    since: "1.0.0",
    flags: ["readonly"],
    categories: ["@dangerous"],
    tips: ["request_policy:all_shards", "nondeterministic_output_order"],
    execute: keys,
  },
  {
    name: "scan",
    arity: -2,
    group: "generic",
    summary: "Go through the keys, page by page",
    since: "2.8.0",
    flags: ["readonly"],
    tips: ["nondeterministic_output", "request_policy:special"],
    execute: scan,
  },
  {
    name: "randomkey",
    arity: 1,
    group: "generic",
    summary: "Return a random key",
    since: "1.0.0",
    flags: ["readonly"],
    tips: ["request_policy:all_shards", "nondeterministic_output"],
    execute(call) {
      const { keyspace, reply } = call;
      for (let tries = 0; keyspace.size > 0 && tries < randomTries; tries++) {
        const n = keyspace.entryOfRank(Math.floor(call.fraction() * keyspace.size));
        if (keyspace.entries.isShown(n)) return writeKeyOf(call, n);
      }
      reply.nil();
    },
  },
];

const removing: KeyedCommand = {
  step: 1,
  isWrite: true,
  each: ({ args, keyspace }, i) =>
    keyspace.writes.delete(args.bytes, args.start(i), args.end(i)) ? 1 : 0,
  writeHead: (reply, count) => reply.integer(count),
};

const counting: KeyedCommand = {
  step: 1,
  isWrite: false,
  each: (call, i) => readEntry(call, i) === noEntry ? 0 : 1,
  writeHead: (reply, count) => reply.integer(count),
};

/** Answers at once when few keys have to be looked at; more are looked at part by part. */
function keys(call: CommandCall): Outcome {
  const { keyspace, host, reply } = call;
  const glob = patternOf(call, 1);
  keyspace.countList();
  const long = new KeysReply(keyspace, host, glob);
  const start = reply.size;
  const part = long.writePart(reply.writer, undefined);
  const items = reply.writer.written().slice(start);
  reply.truncate(start);
  if (!part.isDone) return long;
  reply.arrayHeader(part.count);
  reply.writer.raw(items);
}

/** The keys that match a pattern, part by part. */
class KeysReply implements LongReply {
  #keyspace: Keyspace;
  #host: CommandHost;
  #glob: Glob;

  constructor(keyspace: Keyspace, host: CommandHost, glob: Glob) {
    this.#keyspace = keyspace;
    this.#host = host;
    this.#glob = glob;
  }

  writePart(writer: MsgpackWriter, after: Uint8Array | undefined): ReplyPart {
    const { listPartBytes, listPartEntries } = this.#host.limits;
    const keyspace = this.#keyspace;
    const glob = this.#glob;
    const to = { keyspace, reply: new ReplyWriter(writer) };
    const start = writer.size;
    let count = 0;
    let seen = 0;
    let last = noEntry;
    glob.steps = 0;
    const isDone = keyspace.walk(glob.prefix, after, (n, isShown) => {
      const isFull = seen === listPartEntries || writer.size - start >= listPartBytes ||
        glob.steps > stepsMax;
      if (isFull) return false;
      seen++;
      last = n;
      if (!isShown || !matches(keyspace, glob, n)) return true;
      writeKeyOf(to, n);
      count++;
      return true;
    });
    return { count, isDone, after: isDone ? undefined : keyOf(keyspace, last) };
  }

  writeHead(writer: MsgpackWriter, count: number): void {
    new ReplyWriter(writer).arrayHeader(count);
  }

  writeTooLong(writer: MsgpackWriter): void {
    new ReplyWriter(writer).error("ERR the reply to KEYS is too long, use SCAN");
  }

  writeNoMemory(writer: MsgpackWriter): void {
    new ReplyWriter(writer).error(refusals.memoryIsFull);
  }
}

/** A page of keys. */
function scan(call: CommandCall): void {
  const { args, keyspace, host, reply } = call;
  const cursor = cursorOf(call);
  let count = usualCount;
  let glob: Glob | undefined;
  let hasType = true;
  for (let i = 2; i < args.count; i += 2) {
    const hasValue = i + 1 < args.count;
    if (hasValue && isOption(call, i, options.count)) {
      count = integerOf(call, i + 1);
      if (count < 1) throw new CommandError(refusals.syntax);
    } else if (hasValue && isOption(call, i, options.match)) {
      glob = patternOf(call, i + 1);
    } else if (hasValue && isOption(call, i, options.type)) {
      hasType = isOption(call, i + 1, options.string);
    } else throw new CommandError(refusals.syntax);
  }
  keyspace.countList();
  const { listPartBytes, listPartEntries } = host.limits;
  const found: number[] = [];
  let seen = 0;
  let bytes = 0;
  let last = noEntry;
  const prefix = glob?.prefix ?? new Uint8Array();
  const cursors = keyspace.cursors ?? new EntryCursors(keyspace);
  const isDone = keyspace.walk(prefix, cursors.keyOf(cursor), (n, isShown) => {
    const isFull = seen >= count || seen >= listPartEntries || bytes >= listPartBytes ||
      (glob?.steps ?? 0) > stepsMax;
    if (isFull) return false;
    seen++;
    last = n;
    if (isShown && hasType && (glob === undefined || matches(keyspace, glob, n))) {
      found.push(n);
      bytes += keyspace.entries.keyEnd(n) - keyspace.entries.keyStart(n);
    }
    return true;
  });
  call.work += seen * workOfEntry + (glob?.steps ?? 0);
  reply.arrayHeader(2);
  reply.bulkText(isDone ? "0" : String(cursors.behind(last)));
  reply.arrayHeader(found.length);
  for (const n of found) writeKeyOf(call, n);
}

const cursorMax = 2n ** 64n - 1n;

/** The cursor that the client gives. @throws {CommandError} when it is none. */
function cursorOf(call: CommandCall): bigint {
  const text = textOf(call, 1);
  // As C's `strtoul` reads it, which Redis uses: a sign is allowed, and no digits at all.
  const isNumber = text === "" || /^[+-]?[0-9]{1,20}$/.test(text);
  const value = isNumber ? BigInt(text.replace(/^\+/, "")) : cursorMax + 1n;
  if (value > cursorMax || value < -cursorMax) throw new CommandError("ERR invalid cursor");
  return BigInt.asUintN(64, value);
}

function matches(keyspace: Keyspace, glob: Glob, n: number): boolean {
  return glob.matches(
    keyspace.entries.keyMemory(n),
    keyspace.entries.keyStart(n),
    keyspace.entries.keyEnd(n),
  );
}
