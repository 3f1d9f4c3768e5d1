import { type MsgpackWriter, RpcError } from "../../rpc/mod.ts";
import { ReplyWriter } from "../wire/reply_writer.ts";
import { expectKey } from "./arguments.ts";
import type { CommandCall, LongReply, Outcome, ReplyPart } from "./command.ts";
import { refusalOf, refusals } from "./errors.ts";
import { areReadsNoted } from "./tracking.ts";

/** A write of a key costs about as much as four looks at one. */
const keysPerLook = 0.25;

/** A command that does the same with each of its keys. */
export interface KeyedCommand {
  /** Arguments from one key to the next. */
  readonly step: 1 | 2;
  /** Whether it writes, and replies nothing for a key. */
  readonly isWrite: boolean;
  /**
   * Does it with the key that argument `i` is, and appends what is replied for it.
   *
   * @returns what it adds to the count that `writeHead` is given
   */
  each(call: CommandCall, i: number): number;
  /** Appends what stands before all that was replied for keys. */
  writeHead(reply: ReplyWriter, count: number): void;
}

/**
 * Executes a command that replies nothing for a key.
 *
 * @throws {CommandError} when one of the arguments can be no key; then nothing was written.
 */
export function executeForKeys(call: CommandCall, command: KeyedCommand): Outcome {
  const long = manyKeysReply(call, command);
  if (long !== undefined) return long;
  if (command.isWrite) expectKeys(call, command);
  let count = 0;
  for (let i = 1; i < call.args.count; i += command.step) count += command.each(call, i);
  command.writeHead(call.reply, count);
}

/**
 * What executes a command of very many keys part by part, so that the commands of others are executed in
 * between; `undefined`: there are few.
 *
 * @throws {CommandError} when one of the arguments can be no key.
 */
export function manyKeysReply(call: CommandCall, command: KeyedCommand): LongReply | undefined {
  const { args, host } = call;
  if ((args.count - 1) / command.step <= host.limits.listPartEntries) return undefined;
  expectKeys(call, command);
  return new ManyKeysReply(call, command);
}

function expectKeys(call: CommandCall, { step }: KeyedCommand): void {
  for (let i = 1; i < call.args.count; i += step) expectKey(call, i);
}

/** What is done with very many keys, part by part. */
class ManyKeysReply implements LongReply {
  readonly isWrite: boolean;
  #call: CommandCall;
  #command: KeyedCommand;
  #version: ReplyWriter["version"];
  /** Whether the client keeps copies of what is read. */
  #areReadsNoted: boolean;
  #partEntries: number;
  #partBytes: number;
  /** The argument that the next part begins with. */
  #next = 1;
  /** What a write was refused with, which ends it. */
  #refusal: string | undefined;

  constructor(call: CommandCall, command: KeyedCommand) {
    this.isWrite = command.isWrite;
    this.#command = command;
    this.#version = call.session.version;
    this.#areReadsNoted = !command.isWrite && areReadsNoted(call.session);
    const { listPartBytes, listPartEntries } = call.host.limits;
    this.#partBytes = listPartBytes;
    this.#partEntries = command.isWrite
      ? Math.ceil(listPartEntries * keysPerLook)
      : listPartEntries;
    this.#call = { ...call, args: call.keptArguments(), turnBytesMax: Infinity };
  }

  writePart(writer: MsgpackWriter): ReplyPart {
    const call = { ...this.#call, reply: new ReplyWriter(writer) };
    call.reply.version = this.#version;
    const { step } = this.#command;
    const start = writer.size;
    const first = this.#next;
    const end = Math.min(call.args.count, first + step * this.#partEntries);
    let count = 0;
    try {
      while (this.#next < end && writer.size - start < this.#partBytes) {
        count += this.#command.each(call, this.#next);
        this.#next += step;
      }
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      this.#refusal = refusalOf(error);
    }
    if (this.#areReadsNoted) {
      // Behind its reads, as for any other command.
      const { args, feed, session } = call;
      for (let i = first; i < this.#next; i += step) {
        feed.noteRead(session, args.bytes, args.start(i), args.end(i));
      }
    }
    // A part that has written is not the last one: so all that was written is on its way to the disk then.
    const isDone = this.#next >= call.args.count && (!this.isWrite || this.#next === first);
    return { count, isDone: isDone || this.#refusal !== undefined, after: undefined };
  }

  writeHead(writer: MsgpackWriter, count: number): void {
    const reply = new ReplyWriter(writer);
    if (this.#refusal === undefined) this.#command.writeHead(reply, count);
    else reply.error(this.#refusal);
  }

  writeTooLong(writer: MsgpackWriter): void {
    new ReplyWriter(writer).error(refusals.tooManyValues);
  }

  writeNoMemory(writer: MsgpackWriter): void {
    new ReplyWriter(writer).error(refusals.memoryIsFull);
  }
}
