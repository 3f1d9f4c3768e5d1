import { type MsgpackWriter, RpcError } from "../../rpc/mod.ts";
import { ReplyWriter } from "../wire/reply_writer.ts";
import { isOption, option } from "./arguments.ts";
import type { Command, CommandCall, LongReply, Outcome, ReplyPart } from "./command.ts";
import { keyOf } from "./cursors.ts";
import { CommandError, refusalOf, refusals } from "./errors.ts";
import type { CommandHost, Keyspace } from "./keyspace.ts";

const options = { async: option("ASYNC"), sync: option("SYNC") };

/** Keys that are deleted in one turn: a delete costs about four looks at a key. */
const keysPerLook = 0.25;

/** The commands that remove all keys, where somebody may. */
export const flushCommands: readonly Command[] = ["flushall", "flushdb"].map((name) => ({
  name,
  arity: -1,
  group: "server",
  summary: "Delete all keys, for tokens of the role admin",
  since: "1.0.0",
  flags: ["write"],
  categories: ["@keyspace", "@dangerous"],
  tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
  execute: (call) => flush(call, name),
}));

/** Who may do that is not known where no tokens are asked for. */
function flush(call: CommandCall, name: string): Outcome {
  const { args, session, keyspace, host } = call;
  if (args.count > 2) throw new CommandError(refusals.syntax);
  if (session.admission === undefined) throw new CommandError(refusals.noCommand(name));
  if (args.count === 2 && !isOption(call, 1, options.async) && !isOption(call, 1, options.sync)) {
    throw new CommandError(refusals.syntax);
  }
  return new FlushReply(keyspace, host);
}

/** Deletes the keys part by part, each of them as `DEL` does: so they are gone on all servers. */
class FlushReply implements LongReply {
  readonly isWrite = true;
  #keyspace: Keyspace;
  #keysPerPart: number;
  /** What a delete was refused with, which ends it. */
  #refusal: string | undefined;

  constructor(keyspace: Keyspace, { limits }: CommandHost) {
    this.#keyspace = keyspace;
    this.#keysPerPart = Math.ceil(limits.listPartEntries * keysPerLook);
  }

  writePart(_writer: MsgpackWriter, after: Uint8Array | undefined): ReplyPart {
    const keys: Uint8Array[] = [];
    let last = after;
    let seen = 0;
    const isDone = this.#keyspace.walk(new Uint8Array(), after, (n, isShown) => {
      if (seen++ === this.#keysPerPart) return false;
      last = keyOf(this.#keyspace, n);
      if (isShown) keys.push(last);
      return true;
    });
    try {
      for (const key of keys) this.#keyspace.writes.delete(key, 0, key.length);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      this.#refusal = refusalOf(error);
    }
    // A part that has deleted is not the last one: so all that was deleted is on its way to the disk then.
    const isOver = (isDone && keys.length === 0) || this.#refusal !== undefined;
    return { count: 0, isDone: isOver, after: last };
  }

  writeHead(writer: MsgpackWriter): void {
    const reply = new ReplyWriter(writer);
    if (this.#refusal === undefined) reply.ok();
    else reply.error(this.#refusal);
  }

  writeTooLong(): void {}

  writeNoMemory(writer: MsgpackWriter): void {
    new ReplyWriter(writer).error(refusals.memoryIsFull);
  }
}
