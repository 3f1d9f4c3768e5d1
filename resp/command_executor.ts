import type { Rights } from "../access/mod.ts";
import { inTurns, isAllocationFailure, MsgpackWriter, RpcError, TurnTime } from "../rpc/mod.ts";
import { commandBounds } from "./command_bounds.ts";
import { bytesOf } from "./commands/arguments.ts";
import type {
  Command,
  CommandCall,
  CommandCounts,
  LongReply,
  Outcome,
} from "./commands/command.ts";
import { isWord, tooLongForTurn } from "./commands/command.ts";
import { commandTable } from "./commands/command_table.ts";
import type { ChangeFeed } from "./commands/change_feed.ts";
import { codeOf, CommandError, refusalOf, refusals, wrongArity } from "./commands/errors.ts";
import { expectCommandAllowed } from "./commands/command_rights.ts";
import { LimitedKeyspace } from "./commands/limited_keyspace.ts";
import type { CommandHost, Keyspace } from "./commands/keyspace.ts";
import { MutedReply } from "./commands/muted_reply.ts";
import type { Session } from "./commands/session.ts";
import { expectNoSubscriber } from "./commands/subscribing.ts";
import { noteReads } from "./commands/tracking.ts";
import { unknownCommand, unknownSubcommand } from "./unknown_command.ts";
import { CommandParser, incomplete } from "./wire/command_parser.ts";
import { ReplyWriter } from "./wire/reply_writer.ts";

/** What became of some commands; one object serves for all calls. */
export class Executed {
  /** How many bytes of the commands were executed; the rest is to be given again. */
  consumed = 0;
  /** Whether the connection is to be ended, because what came on it breaks the protocol. */
  close = false;
  /** Whether the client asked for the end of the connection, or is none of Redis's. */
  isLast = false;
  /**
   * The reply to the next command is to be made in parts, or the command to be executed in a turn that may
   * be longer; nothing of that command was executed.
   */
  long: LongReply | typeof inTurns | undefined;
  /** Bytes of the command whose reply is long. */
  longBytes = 0;
  /** Beginning and end of each reply to a write, where it begins at 0 with the first reply, if they are noted. */
  writes: number[] = [];
}

const encoder = new TextEncoder();

/** What browsers send in front of what others made them send. */
const httpWords = ["post", "host:"].map((word) => encoder.encode(word));

/** Executes the commands of all connections of a query port, on one keyspace. */
export class CommandExecutor {
  readonly #parser = new CommandParser(commandBounds, true);
  readonly #executed = new Executed();
  readonly #call: { -readonly [Field in keyof CommandCall]: CommandCall[Field] };
  readonly #batchBytesMax: number;
  readonly #notesWrites: boolean;
  readonly #turnTime: TurnTime;
  /** The command that was executed; `undefined`: there is none such, or it was not called rightly. */
  #command: Command | undefined;
  /** Whether its reply is messages, which a client gets that wants no replies. */
  #isMessages = false;
  readonly #keyspace: Keyspace;
  /** What those see of it whose keys are limited. */
  readonly #worlds = new WeakMap<Rights, LimitedKeyspace>();

  /**
   * @param sessions of all connections, by their ids
   * @param seed of what is drawn at random, of which nothing depends on being hard to guess
   * @param notesWrites whether it is to be told which replies are to writes
   */
  constructor(
    keyspace: Keyspace,
    host: CommandHost,
    feed: ChangeFeed,
    sessions: ReadonlyMap<number, Session>,
    counts: CommandCounts,
    seed: number,
    notesWrites: boolean,
  ) {
    this.#notesWrites = notesWrites;
    this.#keyspace = keyspace;
    this.#batchBytesMax = host.limits.replyBatchBytesMax;
    this.#turnTime = new TurnTime(host.limits, host);
    let state = seed >>> 0;
    this.#call = {
      args: this.#parser,
      keptArguments: () => this.#parser.keptArguments(),
      reply: new ReplyWriter(new MsgpackWriter(0)),
      keyspace,
      host,
      session: undefined!,
      feed,
      sessions,
      commands: commandTable,
      counts,
      work: 0,
      turnBytesMax: Infinity,
      scratch: new MsgpackWriter(),
      fraction: () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32,
    };
  }

  /**
   * Executes the whole commands `bytes[start..end)` in order and appends their replies to `writer`, until
   * all are executed, one breaks the protocol or is to be answered in parts, or as much was written, or
   * done, as one turn may, or it has lasted long enough.
   *
   * @param turnBytesMax a command whose reply leads past it is not executed, unless the reply is short
   * @returns what is valid until the next call.
   */
  execute(
    bytes: Uint8Array,
    start: number,
    end: number,
    session: Session,
    writer: MsgpackWriter,
    turnBytesMax: number,
  ): Executed {
    const executed = this.#executed;
    const call = this.#call;
    const { reply, host } = call;
    const keyspace = this.#keyspace;
    const parser = this.#parser;
    executed.close = executed.isLast = false;
    executed.long = undefined;
    if (executed.writes.length > 0) executed.writes = [];
    call.session = session;
    call.work = 0;
    call.turnBytesMax = turnBytesMax;
    reply.writer = writer;
    session.lastMs = host.recentMs();
    const first = writer.size;
    let at = start;
    this.#turnTime.begin();
    while (
      at < end && writer.size - first + call.work < this.#batchBytesMax && !this.#turnTime.isOver()
    ) {
      const next = parser.parse(bytes, at, end);
      if (next === incomplete) throw new Error("Cannot execute a command that is not whole");
      if (parser.fault !== undefined) {
        if (session.replies === "all") reply.error(`ERR Protocol error: ${parser.fault}`);
        parser.fault = undefined;
        at = end;
        executed.close = true;
        break;
      }
      if (parser.count > 0) {
        const place = writer.size;
        const accepted = this.#notesWrites ? keyspace.accepted : 0;
        reply.version = session.version;
        const long = this.#run();
        if (long !== undefined) {
          writer.truncate(place);
          executed.long = long === inTurns || session.replies === "all"
            ? long
            : new MutedReply(long);
          executed.longBytes = next - at;
          // Behind others it comes again.
          if (long !== inTurns && at === start) this.#end(place);
          break;
        }
        this.#end(place);
        if (this.#notesWrites && keyspace.accepted !== accepted) {
          executed.writes.push(place - first, writer.size - first);
        }
        if (session.hasQuit) {
          at = end;
          executed.isLast = true;
          break;
        }
      }
      at = next;
    }
    executed.consumed = at - start;
    return executed;
  }

  /** A command is executed, or will be, part by part: what was said of it alone holds no more. */
  #end(place: number): void {
    const { session } = this.#call;
    if (session.isNextExcepted && !isAboutClient(this.#command)) session.isNextExcepted = false;
    if (session.replies !== "all") this.#mute(place);
  }

  /** Takes the reply of a command back that the client does not want. */
  #mute(place: number): void {
    const { session, reply } = this.#call;
    if (session.replies === "skip") {
      session.replies = "skipping";
      return;
    }
    if (!this.#isMessages) reply.truncate(place);
    if (session.replies === "skipping") session.replies = "all";
  }

  /** Executes the command that was parsed. What it wrote before it failed is taken back. */
  #run(): Outcome {
    const call = this.#call;
    const { reply, counts } = call;
    const keyspace = this.#keyspace;
    const place = reply.size;
    const { hits, misses } = counts;
    const { reads } = keyspace;
    counts.commands++;
    this.#command = undefined;
    this.#isMessages = false;
    try {
      const command = this.#command = this.#find();
      if (command === undefined) return;
      const { session } = call;
      if (session.admission !== undefined) this.#admit(command);
      session.lastCommand = command.name;
      if (session.subscriptionCount > 0) expectNoSubscriber(session, command);
      const outcome = command.execute!(call);
      this.#isMessages = command.group === "pubsub";
      if (session.tracking !== undefined && outcome === undefined) noteReads(call, command);
      return outcome;
    } catch (error) {
      reply.truncate(place);
      if (error === tooLongForTurn) {
        counts.commands--;
        counts.hits = hits;
        counts.misses = misses;
        keyspace.reads = reads;
        return inTurns;
      }
      reply.error(this.#refusalOf(error));
    }
  }

  /** The command to execute; `undefined`: there is none, which is answered. @throws {CommandError} */
  #find(): Command | undefined {
    const { args, commands, reply, session } = this.#call;
    let command = commands.find(args.bytes, args.start(0), args.end(0));
    if (command === undefined) {
      if (httpWords.some((word) => isWord(args.bytes, args.start(0), args.end(0), word))) {
        session.hasQuit = true;
      } else {
        reply.errorBytes(unknownCommand(args));
        this.#call.host.refused?.("unknown_method");
      }
      return undefined;
    }
    if (command.subcommands !== undefined && args.count > 1) {
      const subcommand = command.subcommands.find(args.bytes, args.start(1), args.end(1));
      if (subcommand === undefined) {
        reply.errorBytes(unknownSubcommand(bytesOf(args, 0), bytesOf(args, 1)));
        this.#call.host.refused?.("unknown_method");
        return undefined;
      }
      command = subcommand;
    }
    const { arity, name } = command;
    if (arity > 0 ? args.count !== arity : args.count < -arity) wrongArity(name);
    return command;
  }

  /** Has a client see what it may. @throws {CommandError} when it may not do that. */
  #admit(command: Command): void {
    const call = this.#call;
    expectCommandAllowed(call, command);
    const { rights } = call.session.admission!;
    call.keyspace = rights?.world === undefined ? this.#keyspace : this.#worldOf(rights);
  }

  #worldOf(rights: Rights): LimitedKeyspace {
    const known = this.#worlds.get(rights);
    if (known !== undefined) return known;
    const world = new LimitedKeyspace(this.#keyspace, rights.world!);
    this.#worlds.set(rights, world);
    return world;
  }

  /** What a client is told of an error, which is counted. */
  #refusalOf(error: unknown): string {
    const { host } = this.#call;
    const message = messageOf(error);
    if (message === undefined) {
      host.refused?.("internal");
      host.bug(error);
      return "ERR an error inside the server";
    }
    host.refused?.(error instanceof RpcError ? error.code : codeOf(message));
    return message;
  }
}

/** What a client is told of a refusal; `undefined`: the error is a bug. */
function messageOf(error: unknown): string | undefined {
  if (error instanceof CommandError) return error.message;
  if (error instanceof RpcError) return refusalOf(error);
  return isAllocationFailure(error) ? refusals.memoryIsFull : undefined;
}

/** Whether a command is a subcommand of `CLIENT`: what that says of the next command is not said of such. */
function isAboutClient(command: Command | undefined): boolean {
  return command?.name.startsWith("client|") ?? false;
}
