import type { TokenEntry } from "../access/mod.ts";
import type { ActorRef, ActorSystem } from "../actor/mod.ts";
import type { Member } from "../kvcommon/mod.ts";
import type { LoadMessage } from "./messages/journal_messages.ts";
import type { KnownServers } from "./messages/known_servers.ts";
import type { SyncFigures } from "./messages/sync_figures.ts";
import type { SyncAnswer, SyncQuestion } from "./messages/sync_questions.ts";
import type {
  AskMessage,
  Drained,
  DrainMessage,
  JoinMessage,
  ServeMessage,
  StartMessage,
} from "./messages/sync_control.ts";
import type { DiskOptions } from "./query/group_commit.ts";
import { limitedMembers, limitedStats } from "./query/limited_figures.ts";
import { type DiskFigures, type Measurements, measurements } from "./query/measurements.ts";
import { type QueryFigures, queryFigures } from "./query/query_figures.ts";
import { type DiskState, type ServerStats, serverStats } from "./query/server_stats.ts";
import type { QueryActorSettings } from "./query/start_query_actor.ts";
import { MemoryAccount } from "../rpc/mod.ts";
import { peerMessageFault } from "./sync/peer_message_fault.ts";
import { SyncActor } from "./sync/sync_actor.ts";

/** Options of a `ServerActors`. */
export interface ServerActorsOptions {
  /** How many query actors there will be. */
  queryActorCount: number;
  /** The program's version, for `Stats`. */
  version: string;
  /** Whether there is no state to take over from others first. */
  ready: boolean;
  /** Where it is counted what waits for other servers. Default: nowhere. */
  figures?: SyncFigures;
  /** A server that is down for so long is forgotten. Default: none is. */
  forgetAfterMs?: number;
  /** Puts are refused when another server that is up is so far behind. Default: never for that reason. */
  maxLagMs?: number;
  /** Draws a number in [0, 1), for what nobody is to foresee. */
  fraction?: () => number;
  /** Called with how long a Put has waited until another server had it. Default: nobody is told. */
  onVisible?: (ms: number) => void;
  /** Absent when nothing is persisted. */
  disk?: DiskOptions;
  /** The tokens that query actors know. Default: none are asked for. */
  tokens?: readonly TokenEntry[];
  /** Says what the disk does, for `Stats`. Default: there is none. */
  diskState?(): DiskState;
  /** Says why the disk refuses to be written. Default: it does not. */
  diskReason?(): string | undefined;
  /** Says how much waits for the disk, and how much is there. Default: there is none. */
  diskFigures?(): DiskFigures | undefined;
  /** Is charged for what the server holds. Default: an account without bound. */
  memory?: MemoryAccount;
}

/**
 * The actors of a server: query actors with a replica each, on whatever thread, and the sync actor
 * that connects them. Each query actor is started by `startQueryActor` with these `settings`; then
 * `begin` names all of them.
 */
export class ServerActors {
  readonly syncActor: ActorRef;
  readonly settings: QueryActorSettings;
  #system: ActorSystem;
  #memory: MemoryAccount;
  #ready: boolean;
  #diskState: () => DiskState;
  #diskReason: () => string | undefined;
  #diskFigures: () => DiskFigures | undefined;
  /** Settles with an answer that is on its way. */
  #members: Promise<readonly Member[]> | undefined;
  #queryActors: readonly ActorRef[] = [];
  /** Settles when the sync actor has sent all replicas the state that was to be taken over. */
  #takenOver: Promise<unknown> = Promise.resolve();

  /** Starts the sync actor. */
  constructor(system: ActorSystem, options: ServerActorsOptions) {
    const { queryActorCount: replicaCount, version, ready, figures, disk, memory, tokens } =
      options;
    this.#system = system;
    this.#memory = memory ?? new MemoryAccount();
    this.#diskState = options.diskState ?? (() => "none");
    this.#diskReason = options.diskReason ?? (() => undefined);
    this.#diskFigures = options.diskFigures ?? (() => undefined);
    this.syncActor = system.startActor((context) =>
      new SyncActor(context, {
        journal: disk?.journal,
        version,
        figures,
        forgetAfterMs: options.forgetAfterMs,
        maxLagMs: options.maxLagMs,
        fraction: options.fraction,
        onVisible: options.onVisible,
      })
    );
    const isAlone = replicaCount === 1;
    this.settings = {
      version,
      syncActor: this.syncActor,
      ready,
      isAlone,
      replicaCount,
      disk,
      tokens,
    };
    this.#ready = ready;
    system.report = (isLimited) =>
      isLimited ? limitedStats({ ...this.stats() }) : { ...this.stats() };
    system.members = async (isLimited) => {
      const members = await this.members();
      return isLimited ? limitedMembers(members) : members;
    };
  }

  /** Whether the server has the whole state that it was to take over from others. */
  get ready(): boolean {
    return this.#ready;
  }

  /** The figures of the server as a whole. */
  stats(): ServerStats {
    return serverStats(
      this.#system.stats(),
      this.#ready,
      this.#memory,
      this.#diskState(),
      this.#diskReason(),
    );
  }

  /** How many queries there were, and how long they took. */
  queryFigures(): QueryFigures {
    return queryFigures(this.#system.stats().extra);
  }

  /** What is measured beside that. */
  measurements(): Measurements {
    return measurements(this.#system.stats().extra, this.#diskFigures());
  }

  /** The servers that are known, this one first. Those who ask at the same time share an answer. */
  members(): Promise<readonly Member[]> {
    return this.#members ??= this.#askMembers().finally(() => this.#members = undefined);
  }

  async #askMembers(): Promise<readonly Member[]> {
    const { ref: replyTo, response } = this.#system.newChannelRef<SyncAnswer>();
    const question: SyncQuestion = { id: 0, type: "members" };
    this.#system.tell(this.syncActor, { type: "ask", question, replyTo } satisfies AskMessage);
    return (await response).result as Member[];
  }

  /**
   * Names the query actors to the sync actor, and has other servers be heard. Entries that the query
   * actors accepted before reach the sync actor too.
   *
   * @param hasState whether the replicas hold a state to hand on, and not only one to take over
   * @param known what the server knew of others before it started
   */
  begin(
    queryActors: readonly ActorRef[],
    hasState = this.settings.ready,
    known?: KnownServers,
  ): void {
    this.#queryActors = queryActors;
    const start: StartMessage = { type: "start", queryActors, hasState };
    if (known !== undefined) start.known = known;
    this.#system.tell(this.syncActor, start);
    // Not before: it cannot take anything as long as it knows no query actors.
    this.#system.expose(this.syncActor, peerMessageFault);
  }

  /** Names the query ports, which are open from now on. */
  serve(queryAddresses: readonly string[]): void {
    this.#system.tell(
      this.syncActor,
      { type: "serve", queryAddresses } satisfies ServeMessage,
    );
  }

  /** Syncs with other servers, and takes over the state of the first that can be reached. */
  join(peers: readonly ActorRef[]): void {
    this.#ready = false;
    const { ref: replyTo, response } = this.#system.newChannelRef();
    this.#system.tell(this.syncActor, { type: "join", peers, replyTo } satisfies JoinMessage);
    const takenOver = Promise.all([this.#takenOver, response]);
    this.#takenOver = takenOver;
    takenOver.then(() => {
      // Unless it has been told to join others meanwhile.
      if (this.#takenOver === takenOver) this.#ready = true;
    }, () => {});
  }

  /**
   * Resolves when every query actor has the state that was to be taken over until now: at once if no
   * state was.
   *
   * @throws {Error} when the system closes before.
   */
  async synced(): Promise<void> {
    await this.#takenOver;
    // The entries that the sync actor sent lie before this in the mailboxes.
    await Promise.all(this.#queryActors.map((queryActor) => this.#reach(queryActor)));
  }

  /** Has a query actor load no entries: its reply comes when it has handled all messages before. */
  async #reach(queryActor: ActorRef): Promise<void> {
    const { ref: replyTo, response } = this.#system.newChannelRef();
    this.#system.tell(queryActor, { type: "load", replyTo } satisfies LoadMessage);
    await response;
  }

  /**
   * Hands every entry that was accepted here over to other servers, for `timeoutMs` at the most.
   *
   * @param isOnlyCopy whether an entry that no other server has is lost
   * @returns how many entries no other server has, at the least; 0 when no other server is known.
   */
  async drain(timeoutMs: number, isOnlyCopy: boolean): Promise<number> {
    const { ref: replyTo, response } = this.#system.newChannelRef<Drained>();
    const message: DrainMessage = { type: "drain", timeoutMs, isOnlyCopy, replyTo };
    this.#system.tell(this.syncActor, message);
    return (await response).undelivered;
  }
}
