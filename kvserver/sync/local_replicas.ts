import { type ActorContext, type ActorRef, uid } from "../../actor/mod.ts";
import { Pace } from "../pace.ts";
import type { EntryPool } from "./entry_pool.ts";
import type { PassedMessage } from "./passed_message.ts";
import { PendingEntries } from "./pending_entries.ts";
import type { ReadRequest } from "./sync_messages.ts";

/** A query actor of this server, whose replica is its own, and what it is owed. */
export interface LocalReplica {
  readonly ref: ActorRef;
  readonly pace: Pace;
  readonly pending: PendingEntries;
  /** A part of the state that it is to be asked for. */
  read?: ReadRequest;
  /** Whether it has the state that the server was to take over, and was told so. */
  isReady: boolean;
  /** Whether it is to say that it has told all it took, was asked to, and has. */
  drain: "no" | "wanted" | "asked" | "done";
}

/** The query actors of this server. */
export class LocalReplicas {
  #context: ActorContext;
  #pool: EntryPool;
  #all: readonly LocalReplica[] = [];

  /** @param pool where the entries are */
  constructor(context: ActorContext, pool: EntryPool) {
    this.#context = context;
    this.#pool = pool;
  }

  /** All of them, in the order in which they started. */
  get all(): readonly LocalReplica[] {
    return this.#all;
  }

  /** The one that stands for all: that keeps what other servers took, and gives the state to them. */
  get first(): LocalReplica {
    return this.#all[0];
  }

  /** Takes those in that there are, once. */
  start(queryActors: readonly ActorRef[]): void {
    this.#all = queryActors.map((ref) => ({
      ref,
      pace: new Pace(this.#context, uid(ref)),
      pending: new PendingEntries(this.#pool),
      isReady: true,
      drain: "no",
    }));
  }

  /** The one whose actor has this counter. */
  withCounter(counter: number): LocalReplica {
    return this.#all.find(({ ref }) => ref.counter === counter)!;
  }

  /** The one whose actor has this uid. */
  get(name: string): LocalReplica | undefined {
    return this.#all.find(({ ref }) => uid(ref) === name);
  }

  /** Owes the entries of a message to all, but to the one that they come from. */
  oweMessage(message: PassedMessage, writer?: LocalReplica): void {
    for (const replica of this.#all) {
      if (replica !== writer) replica.pending.addMessage(message);
    }
    writer?.pending.forgetAll(message);
  }
}
