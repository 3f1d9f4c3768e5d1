import type { ActorRef, ActorSystem } from "../actor/mod.ts";
import { EntryBatch } from "./entry/entry_batch.ts";
import type { LoadMessage } from "./messages/journal_messages.ts";
import type { Drained, DrainMessage, JoinMessage, StartMessage } from "./messages/sync_control.ts";
import type { DiskOptions } from "./query/group_commit.ts";
import { type ServerStats, serverStats } from "./query/server_stats.ts";
import type { ReplicaSettings } from "./query/start_query_actor.ts";
import { Store } from "./store/mod.ts";
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
  /** Absent when nothing is kept on disk. */
  disk?: DiskOptions;
}

/**
 * The actors of a server: query actors with a replica each, on whatever thread, and the sync actor
 * that joins them. They start with `startQueryActor` and these `settings`, and then `begin`.
 */
export class ServerActors {
  readonly syncActor: ActorRef;
  readonly settings: ReplicaSettings;
  #system: ActorSystem;
  #ready: boolean;
  #queryActors: readonly ActorRef[] = [];
  /** Settles when the sync actor has sent all replicas what was to be taken over. */
  #takenOver: Promise<unknown> = Promise.resolve();

  /** Starts the sync actor. */
  constructor(system: ActorSystem, options: ServerActorsOptions) {
    const { queryActorCount, version, ready, disk } = options;
    this.#system = system;
    this.syncActor = system.startActor((context) =>
      new SyncActor(context, { journal: disk?.journal })
    );
    const isAlone = queryActorCount === 1;
    this.settings = { version, syncActor: this.syncActor, ready, isAlone, disk };
    this.#ready = ready;
    system.report = () => ({ ...this.stats() });
  }

  /** Whether the server has the whole state that it was to take over from others. */
  get ready(): boolean {
    return this.#ready;
  }

  /** The figures of the server's actor system, and `ready`. */
  stats(): ServerStats {
    return serverStats(this.#system.stats(), this.#ready);
  }

  /**
   * Has the sync actor know all query actors, and other servers be heard. What they took until now is known
   * to it anyway.
   *
   * @param hasState whether they have a state to give, and not only one to take over
   */
  begin(queryActors: readonly ActorRef[], hasState = this.settings.ready): void {
    this.#queryActors = queryActors;
    this.#system.tell(
      this.syncActor,
      { type: "start", queryActors, hasState } satisfies StartMessage,
    );
    // Not before: it cannot take anything as long as it knows no query actors.
    this.#system.expose(this.syncActor, peerMessageFault);
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
   * Resolves when every query actor has the state that was to be taken over until now: at once when
   * there is none.
   *
   * @throws {Error} when the system closes before.
   */
  async synced(): Promise<void> {
    await this.#takenOver;
    // What the sync actor sent them lies before this in their mailboxes.
    await Promise.all(this.#queryActors.map((queryActor) => this.#reach(queryActor)));
  }

  /** Has a query actor load no entries: it says so when it has handled all that it was told before. */
  async #reach(queryActor: ActorRef): Promise<void> {
    const { ref: replyTo, response } = this.#system.newChannelRef();
    const entries = new EntryBatch(new Store(), 0).encode();
    this.#system.tell(queryActor, { type: "load", entries, replyTo } satisfies LoadMessage);
    await response;
  }

  /**
   * Lets other servers have all that was taken here, for `timeoutMs` at the most.
   *
   * @param isOnlyCopy whether what no other server has is lost
   * @returns how many entries no other server has, at the least; 0 when there is no other one.
   */
  async drain(timeoutMs: number, isOnlyCopy: boolean): Promise<number> {
    const { ref: replyTo, response } = this.#system.newChannelRef<Drained>();
    const message: DrainMessage = { type: "drain", timeoutMs, isOnlyCopy, replyTo };
    this.#system.tell(this.syncActor, message);
    return (await response).undelivered;
  }
}
