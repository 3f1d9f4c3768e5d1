import type { ActorContext } from "../../actor/mod.ts";
import {
  CommandExecutor,
  type CommandHost,
  Executed,
  type Keyspace,
  Session,
} from "../../resp/mod.ts";
import { inTurns, isAllocationFailure, type MsgpackWriter } from "../../rpc/mod.ts";
import type { Admissions } from "./admissions.ts";
import type { GroupCommit } from "./group_commit.ts";
import type { LongList } from "./list_turns.ts";
import { RedisFeed } from "./redis_feed.ts";
import type { Watches } from "./watches.ts";
import { beginReply, endReply, makeLast, type Query, tellConnection } from "./query_message.ts";

/** The commands of Redis clients, executed by a query actor: sessions, and the replies to their connections. */
export class RedisQueries {
  #context: ActorContext;
  /** By the counters of the connections' inboxes. */
  #sessions = new Map<number, Session>();
  #counts = { commands: 0, sessions: 0, hits: 0, misses: 0 };
  #executor: CommandExecutor;
  #bug: (error: unknown) => void;
  #admissions: Admissions | undefined;
  #commit: GroupCommit | undefined;
  #watches: Watches;
  #feed: RedisFeed;

  /**
   * @param noteAccepted has the watches note what was put by now
   * @param commit of a server that acknowledges writes when they are on disk
   * @param admissions of a server that asks for tokens
   */
  constructor(
    context: ActorContext,
    keyspace: Keyspace,
    host: CommandHost,
    watches: Watches,
    noteAccepted: () => void,
    commit: GroupCommit | undefined,
    admissions: Admissions | undefined,
  ) {
    this.#admissions = admissions;
    this.#context = context;
    this.#commit = commit;
    this.#watches = watches;
    this.#feed = new RedisFeed(watches, noteAccepted);
    this.#bug = (error) => host.bug(error);
    const seed = parseInt(context.self.incarnation.slice(0, 8), 16) ^ context.self.counter;
    this.#executor = new CommandExecutor(
      keyspace,
      host,
      this.#feed,
      this.#sessions,
      this.#counts,
      seed,
      commit !== undefined,
    );
  }

  /** Forgets a connection that is closed. */
  forget(inbox: number): void {
    const session = this.#sessions.get(inbox);
    if (session === undefined) return;
    this.#sessions.delete(inbox);
    this.#feed.forget(session);
  }

  /**
   * Executes commands, and replies unless the replies wait for the disk.
   *
   * @param turnBytesMax as for `CommandExecutor.execute`
   * @returns what is to be made in turns instead, if the commands begin with that; `inTurns` when they are
   * to be executed in another turn.
   */
  answer(
    query: Query,
    bytes: Uint8Array,
    turnBytesMax: number,
  ): LongList | typeof inTurns | undefined {
    const { inbox } = query;
    const session = this.#sessions.get(inbox) ?? this.#begin(query);
    const writer = this.#context.beginMessage();
    const place = beginReply(writer);
    const executed = this.#execute(query, bytes, session, writer, place, turnBytesMax);
    if (executed.long !== undefined && executed.consumed === 0) {
      this.#context.abandonMessage();
      if (executed.long === inTurns) return inTurns;
      // What it is told of its copies must not come before the reply that they are in.
      if (session.tracking !== undefined) this.#watches.hold(inbox);
      return { inbox, requestBytes: executed.longBytes, reply: executed.long };
    }
    const isBarred = session.admission?.isBarred ?? false;
    if (this.#commit !== undefined && executed.writes.length > 0) {
      const replies = writer.written().slice(place);
      this.#context.abandonMessage();
      const { writes, consumed, close, isLast } = executed;
      this.#commit.acknowledgeLater({
        inbox,
        replies,
        writes,
        consumed,
        close,
        isLast,
        isBarred,
      });
      this.#watches.hold(inbox);
      return undefined;
    }
    endReply(writer, place, executed, 0);
    if (executed.isLast) makeLast(writer, place, isBarred);
    tellConnection(this.#context, inbox);
    return undefined;
  }

  /** A bug of this program ends the connection, because its client waits for an answer. */
  #execute(
    { start, end }: Query,
    bytes: Uint8Array,
    session: Session,
    writer: MsgpackWriter,
    place: number,
    turnBytesMax: number,
  ): Executed {
    try {
      return this.#executor.execute(bytes, start, end, session, writer, turnBytesMax);
    } catch (error) {
      if (!isAllocationFailure(error)) this.#bug(error);
      writer.truncate(place);
      return { ...new Executed(), consumed: end - start, close: true };
    }
  }

  #begin({ inbox, ends }: Query): Session {
    const { peer, local } = ends ?? { peer: "", local: "" };
    const admission = this.#admissions?.of(inbox);
    const session = new Session(inbox, peer, local, this.#context.monotonicMs(), admission);
    this.#sessions.set(inbox, session);
    this.#counts.sessions++;
    return session;
  }
}
