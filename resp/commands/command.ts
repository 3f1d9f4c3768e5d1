import type { inTurns, MsgpackWriter } from "../../rpc/mod.ts";
import type { CommandArguments } from "../wire/command_parser.ts";
import type { ReplyWriter } from "../wire/reply_writer.ts";
import type { ChangeFeed } from "./change_feed.ts";
import type { CommandHost, Keyspace } from "./keyspace.ts";
import type { Session } from "./session.ts";

/** A reply that is made part by part, so that the commands of others are executed in between. */
export interface LongReply {
  /** Whether its parts write, and append nothing: the reply may have to wait for the disk. */
  readonly isWrite?: boolean;
  /** Whether nobody wants it: nothing of it is sent. Default: somebody does. */
  readonly isMuted?: boolean;
  /**
   * Appends the next part.
   *
   * @param after the key that the part before it came to; `undefined`: it is the first one
   */
  writePart(writer: MsgpackWriter, after: Uint8Array | undefined): ReplyPart;
  /** Appends what stands before all parts, which have so many items, and bytes. */
  writeHead(writer: MsgpackWriter, count: number, bytes: number): void;
  /** Appends what is answered instead, because the reply would be longer than one may be. */
  writeTooLong(writer: MsgpackWriter): void;
  /** Appends what is answered instead, because there is no memory for a part. */
  writeNoMemory(writer: MsgpackWriter): void;
}

/** What became of a part. */
export interface ReplyPart {
  /** How many items it has. */
  readonly count: number;
  /** Whether it is the last one. */
  readonly isDone: boolean;
  /** The key that it came to. */
  readonly after: Uint8Array | undefined;
}

/** A command that is executed: its arguments, and all that it may read and change. One object serves for many. */
export interface CommandCall {
  /** Its arguments; the first one is its name. */
  readonly args: CommandArguments;
  /** The arguments, valid for as long as their bytes, which is until the command is answered. */
  keptArguments(): CommandArguments;
  readonly reply: ReplyWriter;
  readonly keyspace: Keyspace;
  readonly host: CommandHost;
  readonly session: Session;
  readonly feed: ChangeFeed;
  /** All sessions of the query port. */
  readonly sessions: ReadonlyMap<number, Session>;
  /** All commands. */
  readonly commands: CommandTable;
  readonly counts: CommandCounts;
  /**
   * Work beside the bytes of the reply, as the bytes that would cost as much to write: a turn has a bound
   * of both together.
   */
  work: number;
  /** Bytes that the replies of this turn may have, unless they are short. */
  readonly turnBytesMax: number;
  /** Room for keys and values that are put together. */
  readonly scratch: MsgpackWriter;
  /** A number in [0, 1), drawn at random. */
  fraction(): number;
}

/** What is counted, for INFO. */
export interface CommandCounts {
  commands: number;
  sessions: number;
  hits: number;
  misses: number;
}

/**
 * A long reply: nothing was executed, the reply is to be made in parts, and what follows has to wait.
 * `inTurns`: the command is to be executed in another turn, and what follows has to wait too.
 */
export type Outcome = void | LongReply | typeof inTurns;

/** Thrown by a command whose reply is too long for this turn, before it has changed anything. */
export const tooLongForTurn = Symbol("tooLongForTurn");

/** A command, and what `COMMAND` tells of it. */
export interface Command {
  /** In lower case; that of a subcommand as `client|list`. */
  readonly name: string;
  /** Number of arguments, the name included; below 0: so many at least. */
  readonly arity: number;
  readonly group: "connection" | "generic" | "pubsub" | "server" | "string";
  readonly summary: string;
  /** The version of Redis that had it first. */
  readonly since: string;
  readonly flags: readonly string[];
  /** Categories of Redis's access lists that do not follow from flags and group. */
  readonly categories?: readonly string[];
  readonly tips?: readonly string[];
  /** Which of its arguments are keys; absent: none. */
  readonly keys?: CommandKeys;
  /** Absent for one that has only subcommands. */
  execute?(call: CommandCall): Outcome;
  readonly subcommands?: CommandTable;
}

/** Which arguments of a command are keys. */
export interface CommandKeys {
  /** The first and the last one (below 0: from the end), and how far they are apart. */
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** What is done to them. */
  readonly access: readonly string[];
  readonly notes?: string;
}

/** A power of two, and more than there are commands. */
const commandBuckets = 256;

/** Commands by their names. */
export class CommandTable {
  readonly all: readonly Command[];
  /** By the last bits of the names' hashes. */
  #buckets: readonly CommandName[][] = Array.from({ length: commandBuckets }, () => []);
  /** Bytes of the longest name. */
  #longest = 0;

  constructor(commands: readonly Command[]) {
    this.all = commands.map(ofOneShape);
    for (const command of this.all) {
      const name = encoder.encode(command.name.slice(command.name.indexOf("|") + 1));
      this.#bucketOf(name, 0, name.length).push({ name, command });
      this.#longest = Math.max(this.#longest, name.length);
    }
  }

  /** The command whose name, in any case, is `bytes[start..end)`. */
  find(bytes: Uint8Array, start: number, end: number): Command | undefined {
    if (end - start > this.#longest) return undefined;
    const bucket = this.#bucketOf(bytes, start, end);
    for (let i = 0; i < bucket.length; i++) {
      if (isWord(bytes, start, end, bucket[i].name)) return bucket[i].command;
    }
    return undefined;
  }

  #bucketOf(bytes: Uint8Array, start: number, end: number): CommandName[] {
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash, 31) + (bytes[i] | 0x20) | 0;
    return this.#buckets[hash & (commandBuckets - 1)];
  }
}

/** The subcommands of a command, and `HELP`, which tells of them. */
export function subcommandsOf(name: string, commands: readonly Command[]): CommandTable {
  const lines = commands.flatMap(({ name, summary }) => [
    name.slice(name.indexOf("|") + 1).toUpperCase(),
    `    ${summary}.`,
  ]);
  const help: Command = {
    name: `${name}|help`,
    arity: 2,
    group: commands[0].group,
    summary: "Tell about the subcommands",
    since: "5.0.0",
    flags: ["loading", "stale"],
    categories: commands[0].categories,
    execute({ reply }) {
      const first =
        `${name.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`;
      const all = [first, ...lines, "HELP", "    Print this help."];
      reply.arrayHeader(all.length);
      for (const line of all) reply.simple(line);
    },
  };
  return new CommandTable([...commands, help]);
}

/**
 * A command with all of its fields, in one order: what is read from objects of many shapes takes several times as
 * long.
 */
function ofOneShape(command: Command): Command {
  const { name, arity, group, summary, since, flags, categories, tips, keys } = command;
  const { execute, subcommands } = command;
  return {
    name,
    arity,
    group,
    summary,
    since,
    flags,
    categories,
    tips,
    keys,
    execute,
    subcommands,
  };
}

interface CommandName {
  readonly name: Uint8Array;
  readonly command: Command;
}

const encoder = new TextEncoder();

/** Whether `bytes[start..end)` are, in any case, a word that is given in lower case. */
export function isWord(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) {
    const byte = bytes[start + i];
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== word[i]) return false;
  }
  return true;
}
