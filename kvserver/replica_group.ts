import type { ActorRef, ActorSystem } from "../actor/mod.ts";
import { QueryActor } from "./query_actor.ts";
import { Store } from "./store/mod.ts";
import { SyncActor } from "./sync_actor.ts";
import type { DrainMessage, JoinMessage, StartMessage } from "./sync_messages.ts";

/** Options of a `ReplicaGroup`. */
export interface ReplicaGroupOptions {
  queryActorCount: number;
  /** The program's version, for `Stats`. */
  version: string;
  /** Whether there is no state to take over from others first. */
  ready: boolean;
  /** Told of other servers that come and go. */
  log?(line: string): void;
  /** Makes the replica of each query actor. Default: an empty one. */
  newStore?(): Store;
}

/** The actors of a server: query actors with a replica each, and the sync actor that joins them. */
export class ReplicaGroup {
  readonly queryActors: readonly ActorRef[];
  readonly syncActor: ActorRef;
  #system: ActorSystem;

  /** Starts them. */
  constructor(system: ActorSystem, options: ReplicaGroupOptions) {
    const { queryActorCount, version, ready, log, newStore = () => new Store() } = options;
    const isAlone = queryActorCount === 1;
    this.#system = system;
    const syncActor = system.startActor((context) => new SyncActor(context, log));
    const queryActors = Array.from(
      { length: queryActorCount },
      () =>
        system.startActor((context) =>
          new QueryActor(context, { version, syncActor, ready, isAlone, store: newStore() })
        ),
    );
    system.tell(syncActor, { type: "start", queryActors, joins: !ready } satisfies StartMessage);
    system.ready = ready;
    this.syncActor = syncActor;
    this.queryActors = queryActors;
  }

  /** Syncs with other servers, and takes over the state of the first that can be reached. */
  join(peers: readonly ActorRef[]): void {
    this.#system.ready = false;
    const { ref: replyTo, response } = this.#system.newChannelRef();
    this.#system.tell(this.syncActor, { type: "join", peers, replyTo } satisfies JoinMessage);
    response.then(() => this.#system.ready = true, () => {});
  }

  /** Resolves when other servers have all that was taken here, or after `timeoutMs`. */
  async drain(timeoutMs: number): Promise<void> {
    const { ref: replyTo, response } = this.#system.newChannelRef({ timeoutMs });
    this.#system.tell(this.syncActor, { type: "drain", replyTo } satisfies DrainMessage);
    await response.catch(() => {});
  }
}
