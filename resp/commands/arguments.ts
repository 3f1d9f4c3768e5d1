import { respLimits, wireLimits } from "../../limits.ts";
import { isUtf8 } from "../../rpc/mod.ts";
import { integerIn } from "../wire/integers.ts";
import { type CommandCall, isWord, tooLongForTurn } from "./command.ts";
import { CommandError, refusals } from "./errors.ts";
import { Glob } from "./glob.ts";
import { noEntry, noExpiry } from "./keyspace.ts";

const { keyBytesMax } = wireLimits;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A word that stands for an option, as `isOption` compares it. */
export function option(name: string): Uint8Array {
  return encoder.encode(name.toLowerCase());
}

/** Whether argument `i` is the word, in any case. */
export function isOption({ args }: CommandCall, i: number, word: Uint8Array): boolean {
  return isWord(args.bytes, args.start(i), args.end(i), word);
}

/** Argument `i` as text. */
export function textOf({ args }: CommandCall, i: number): string {
  return decoder.decode(bytesOf(args, i));
}

/** Argument `i`, a view. */
export function bytesOf(args: CommandCall["args"], i: number): Uint8Array {
  return args.bytes.subarray(args.start(i), args.end(i));
}

/** The integer that argument `i` is. @throws {CommandError} when it is none. */
export function integerOf(
  { args }: CommandCall,
  i: number,
  refusal: string = refusals.notAnInteger,
): number {
  const value = integerIn(args.bytes, args.start(i), args.end(i));
  if (Number.isNaN(value)) throw new CommandError(refusal);
  return value;
}

/** @throws {CommandError} when argument `i` cannot be a key. */
export function expectKey({ args }: CommandCall, i: number): void {
  const start = args.start(i);
  const end = args.end(i);
  if (end - start > keyBytesMax) {
    throw new CommandError(
      `ERR the key has ${end - start} bytes, allowed are ${keyBytesMax}`,
    );
  }
  if (!isUtf8(args.bytes, start, end)) {
    throw new CommandError("ERR the key is not valid UTF-8, allowed are keys of UTF-8");
  }
}

/**
 * The pattern that argument `i` is, each byte of it as `mapped` gives it.
 *
 * @throws {CommandError} when it is too long.
 */
export function patternOf(
  { args }: CommandCall,
  i: number,
  mapped: (byte: number) => number = (byte) => byte,
): Glob {
  const bytes = bytesOf(args, i);
  const { patternBytesMax } = respLimits;
  if (bytes.length > patternBytesMax) {
    throw new CommandError(
      `ERR the pattern has ${bytes.length} bytes, allowed are ${patternBytesMax}`,
    );
  }
  return new Glob(bytes.map(mapped));
}

/** The entry of the key that argument `i` is, or `noEntry`. @throws {CommandError} when it can be no key. */
export function findEntry(call: CommandCall, i: number): number {
  expectKey(call, i);
  return call.keyspace.find(call.args.bytes, call.args.start(i), call.args.end(i));
}

/** As `findEntry`, for a command that reads: it is counted whether there is one. */
export function readEntry(call: CommandCall, i: number): number {
  expectKey(call, i);
  const n = call.keyspace.read(call.args.bytes, call.args.start(i), call.args.end(i));
  if (n === noEntry) call.counts.misses++;
  else call.counts.hits++;
  return n;
}

/**
 * Puts argument `value` as the value of argument `key`. One that has expired by now is a deletion.
 *
 * @param expiresAt or `noExpiry`
 */
export function putArgument(
  { host, keyspace, args }: CommandCall,
  key: number,
  value: number,
  expiresAt = noExpiry,
): void {
  const { bytes } = args;
  const keyStart = args.start(key);
  const keyEnd = args.end(key);
  const start = args.start(value);
  const end = args.end(value);
  const { writes } = keyspace;
  if (expiresAt !== noExpiry && expiresAt <= host.now()) writes.delete(bytes, keyStart, keyEnd);
  else writes.put(bytes, keyStart, keyEnd, start, end, !isUtf8(bytes, start, end), expiresAt);
}

/** Gives the entry of argument `key` an expiry, or none. One that has expired by now is deleted. */
export function expireArgument(
  { host, keyspace, args }: CommandCall,
  key: number,
  expiresAt: number,
): void {
  const start = args.start(key);
  const end = args.end(key);
  const { writes } = keyspace;
  if (expiresAt !== noExpiry && expiresAt <= host.now()) writes.delete(args.bytes, start, end);
  else writes.expire(args.bytes, start, end, expiresAt);
}

/** @throws `tooLongForTurn` when a value of so many bytes is not to be replied in this turn. */
export function expectTurn({ host, reply, turnBytesMax }: CommandCall, byteCount: number): void {
  if (byteCount > host.limits.unchargedBytesMax && reply.size + byteCount > turnBytesMax) {
    throw tooLongForTurn;
  }
}

/**
 * Appends the value of an entry, or what stands for nothing. To be called before anything is changed.
 *
 * @throws `tooLongForTurn` as `expectTurn` does.
 */
export function writeValueOf(call: CommandCall, n: number): void {
  const { keyspace, reply } = call;
  if (n === noEntry) return reply.nil();
  const length = keyspace.entries.valueLength(n);
  expectTurn(call, length);
  if (length > call.host.limits.unchargedBytesMax) reply.writer.ensureAlone(length);
  reply.bulkHeader(length);
  keyspace.entries.appendValue(reply.writer, n, 0, length);
  reply.endLine();
}

/** Appends the key of an entry. */
export function writeKeyOf(
  { keyspace, reply }: Pick<CommandCall, "keyspace" | "reply">,
  n: number,
): void {
  reply.bulk(
    keyspace.entries.keyMemory(n),
    keyspace.entries.keyStart(n),
    keyspace.entries.keyEnd(n),
  );
}
