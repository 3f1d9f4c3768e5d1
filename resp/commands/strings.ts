import { wireLimits } from "../../limits.ts";
import { isUtf8 } from "../../rpc/mod.ts";
import { constantReply } from "../wire/reply_writer.ts";
import {
  expectKey,
  expectTurn,
  expireArgument,
  findEntry,
  integerOf,
  putArgument,
  readEntry,
  writeValueOf,
} from "./arguments.ts";
import { type Command, type CommandCall, type Outcome, tooLongForTurn } from "./command.ts";
import { CommandError, refusals, wrongArity } from "./errors.ts";
import { expiresAtOf, type ExpiryUnit, stringOptions, units } from "./expiry.ts";
import { noEntry, noExpiry } from "./keyspace.ts";
import { executeForKeys, type KeyedCommand, manyKeysReply } from "./many_keys.ts";

const { frameBytesMax, valueBytesMax } = wireLimits;

const emptyBulk = constantReply("$0\r\n\r\n");

/** What stands around a value in a reply, at the most. */
const bulkBytes = 16;

const readOne = { first: 1, last: 1, step: 1, access: ["RO", "access"] };

/** The commands on strings, of which all values are. */
export const stringCommands: readonly Command[] = [
  {
    name: "get",
    arity: 2,
    group: "string",
    summary: "Get the value of a key",
    since: "1.0.0",
    flags: ["readonly", "fast"],
    keys: readOne,
    execute: (call) => writeValueOf(call, readEntry(call, 1)),
  },
  {
    name: "set",
    arity: -3,
    group: "string",
    summary: "Set the string value of a key",
    since: "1.0.0",
    flags: ["write", "denyoom"],
    keys: {
      first: 1,
      last: 1,
      step: 1,
      access: ["RW", "access", "update", "variable_flags"],
      notes: "RW and ACCESS due to the optional `GET` argument",
    },
    execute: set,
  },
  {
    name: "setnx",
    arity: 3,
    group: "string",
    summary: "Set the value of a key, only if the key does not exist",
    since: "1.0.0",
    flags: ["write", "denyoom", "fast"],
    keys: { first: 1, last: 1, step: 1, access: ["OW", "insert"] },
    execute(call) {
      const isNew = findEntry(call, 1) === noEntry;
      if (isNew) putArgument(call, 1, 2);
      call.reply.integer(isNew ? 1 : 0);
    },
  },
  setFor(
    "setex",
    "Set the value of a key, and the seconds after which it expires",
    "2.0.0",
    units.EX,
  ),
  setFor(
    "psetex",
    "Set the value of a key, and the milliseconds after which it expires",
    "2.6.0",
    units.PX,
  ),
  {
    name: "getex",
    arity: -2,
    group: "string",
    summary: "Get the value of a key, and set or take away its expiry",
    since: "6.2.0",
    flags: ["write", "fast"],
    keys: {
      first: 1,
      last: 1,
      step: 1,
      access: ["RW", "access", "update"],
      notes: "RW and UPDATE because it changes the TTL",
    },
    execute: getex,
  },
  {
    name: "getset",
    arity: 3,
    group: "string",
    summary: "Set the string value of a key and return its old value",
    since: "1.0.0",
    flags: ["write", "denyoom", "fast"],
    keys: { first: 1, last: 1, step: 1, access: ["RW", "access", "update"] },
    execute(call) {
      writeValueOf(call, readEntry(call, 1));
      putArgument(call, 1, 2);
    },
  },
  {
    name: "getdel",
    arity: 2,
    group: "string",
    summary: "Get the value of a key and delete the key",
    since: "6.2.0",
    flags: ["write", "fast"],
    keys: { first: 1, last: 1, step: 1, access: ["RW", "access", "delete"] },
    execute(call) {
      const n = readEntry(call, 1);
      writeValueOf(call, n);
      const { args, keyspace } = call;
      if (n !== noEntry) keyspace.writes.delete(args.bytes, args.start(1), args.end(1));
    },
  },
  {
    name: "mget",
    arity: -2,
    group: "string",
    summary: "Get the values of all the given keys",
    since: "1.0.0",
    flags: ["readonly", "fast"],
    tips: ["request_policy:multi_shard"],
    keys: { first: 1, last: -1, step: 1, access: ["RO", "access"] },
    execute: mget,
  },
  {
    name: "mset",
    arity: -3,
    group: "string",
    summary: "Set multiple keys to multiple values",
    since: "1.0.1",
    flags: ["write", "denyoom"],
    tips: ["request_policy:multi_shard", "response_policy:all_succeeded"],
    keys: { first: 1, last: -1, step: 2, access: ["OW", "update"] },
    execute(call) {
      if (call.args.count % 2 === 0) wrongArity("mset");
      return executeForKeys(call, putting);
    },
  },
  {
    name: "strlen",
    arity: 2,
    group: "string",
    summary: "Get the length of the value stored in a key",
    since: "2.2.0",
    flags: ["readonly", "fast"],
    keys: { first: 1, last: 1, step: 1, access: ["RO"] },
    execute(call) {
      const n = readEntry(call, 1);
      call.reply.integer(n === noEntry ? 0 : call.keyspace.entries.valueLength(n));
    },
  },
  {
    name: "getrange",
    arity: 4,
    group: "string",
    summary: "Get a substring of the string stored at a key",
    since: "2.4.0",
    flags: ["readonly"],
    keys: readOne,
    execute: getrange,
  },
  {
    name: "append",
    arity: 3,
    group: "string",
    summary: "Append a value to a key",
    since: "2.0.0",
    flags: ["write", "denyoom", "fast"],
    keys: { first: 1, last: 1, step: 1, access: ["RW", "insert"] },
    execute: append,
  },
];

function set(call: CommandCall): void {
  if (call.args.count === 3) {
    expectKey(call, 1);
    putArgument(call, 1, 2);
    return call.reply.ok();
  }
  const options = stringOptions(call, 3, true);
  const { onlyNew, onlyHeld, returnsOld, expiryAt, unit } = options;
  let expiresAt = expiryAt === 0 ? noExpiry : expiresAtOf(call, expiryAt, unit, "set", true);
  const n = returnsOld ? readEntry(call, 1) : findEntry(call, 1);
  const isSet = n === noEntry ? !onlyHeld : !onlyNew;
  if (returnsOld) writeValueOf(call, n);
  if (options.keepsExpiry && n !== noEntry) expiresAt = call.keyspace.entries.expiresAtOf(n);
  if (isSet) putArgument(call, 1, 2, expiresAt);
  if (returnsOld) return;
  if (isSet) call.reply.ok();
  else call.reply.nil();
}

function setFor(name: string, summary: string, since: string, unit: ExpiryUnit): Command {
  return {
    name,
    arity: 4,
    group: "string",
    summary,
    since,
    flags: ["write", "denyoom"],
    keys: { first: 1, last: 1, step: 1, access: ["OW", "update"] },
    execute(call) {
      const expiresAt = expiresAtOf(call, 2, unit, name, true);
      expectKey(call, 1);
      putArgument(call, 1, 3, expiresAt);
      call.reply.ok();
    },
  };
}

function getex(call: CommandCall): void {
  const { expiryAt, unit, persists } = stringOptions(call, 2, false);
  const n = readEntry(call, 1);
  if (n === noEntry) return call.reply.nil();
  const expiresAt = expiryAt === 0 ? noExpiry : expiresAtOf(call, expiryAt, unit, "getex", true);
  const changes = expiryAt !== 0 || (persists && call.keyspace.entries.expiresAtOf(n) !== noExpiry);
  writeValueOf(call, n);
  if (changes) expireArgument(call, 1, expiresAt);
}

const putting: KeyedCommand = {
  step: 2,
  isWrite: true,
  each(call, i) {
    putArgument(call, i, i + 1);
    return 1;
  },
  writeHead: (reply) => reply.ok(),
};

const reading: KeyedCommand = {
  step: 1,
  isWrite: false,
  each(call, i) {
    writeValueOf(call, readEntry(call, i));
    return 1;
  },
  writeHead: (reply, count) => reply.arrayHeader(count),
};

/** A reply has the bound that a frame has; so many values could be asked for that nothing would hold them. */
function mget(call: CommandCall): Outcome {
  const long = manyKeysReply(call, reading);
  if (long !== undefined) return long;
  const { keyspace, reply } = call;
  const { count } = call.args;
  const start = reply.size;
  reply.arrayHeader(count - 1);
  for (let i = 1; i < count; i++) {
    const n = readEntry(call, i);
    const bytes = bulkBytes + (n === noEntry ? 0 : keyspace.entries.valueLength(n));
    if (reply.size - start + bytes > frameBytesMax) {
      throw new CommandError(refusals.tooManyValues);
    }
    if (reply.size - start > call.turnBytesMax) throw tooLongForTurn;
    writeValueOf(call, n);
  }
}

function getrange(call: CommandCall): void {
  const { keyspace, reply } = call;
  const from = integerOf(call, 2);
  const to = integerOf(call, 3);
  const n = readEntry(call, 1);
  const length = n === noEntry ? 0 : keyspace.entries.valueLength(n);
  const start = Math.max(0, from < 0 ? from + length : from);
  const end = Math.min(length, Math.max(0, to < 0 ? to + length : to) + 1);
  // Both before the value, and in the wrong order: nothing, though both would be the first byte.
  if (start >= end || (from < 0 && to < 0 && from > to)) return reply.constant(emptyBulk);
  expectTurn(call, end - start);
  reply.bulkHeader(end - start);
  keyspace.entries.appendValue(reply.writer, n, start, end);
  reply.endLine();
}

function append(call: CommandCall): void {
  const { args, keyspace, reply, scratch } = call;
  const n = findEntry(call, 1);
  const held = n === noEntry ? 0 : keyspace.entries.valueLength(n);
  const length = held + args.end(2) - args.start(2);
  if (length > valueBytesMax) throw new CommandError(refusals.tooLong);
  if (n === noEntry) putArgument(call, 1, 2);
  else {
    scratch.clear();
    scratch.raw(args.bytes, args.start(1), args.end(1));
    const keyBytes = scratch.size;
    keyspace.entries.appendValue(scratch, n, 0, held);
    scratch.raw(args.bytes, args.start(2), args.end(2));
    const { bytes, start } = scratch;
    const valueStart = start + keyBytes;
    const end = start + scratch.size;
    // What is behind UTF-8 begins with a character of its own.
    const isBin = !isUtf8(bytes, keyspace.entries.isBin(n) ? valueStart : valueStart + held, end);
    const expiresAt = keyspace.entries.expiresAtOf(n);
    keyspace.writes.put(bytes, start, valueStart, valueStart, end, isBin, expiresAt);
    // Each of many short ones would copy a long value.
    call.work += length;
    scratch.clear();
  }
  reply.integer(length);
}
