/**
 * A query actor answers from a full replica of its own and never waits for another one; syncing goes
 * on behind that. The strategy: **each Put travels once along each edge of a tree.** The query actor
 * that took it tells its server's sync actor; that one tells the sibling query actors, and once the
 * sync actor of every other server, which tells its own query actors. Every hop keeps what it owes
 * per receiver and by key, so that only the newest entry of a key travels, and tells each receiver
 * at most one message per 105 ms: the first at once, all that comes meanwhile in the next. So a Put
 * is on every local replica after two hops and on every remote one after three and the wire, however
 * many Puts there are, and no pair of actors ever exchanges more than ten messages a second.
 *
 * Inside a server a tell cannot be lost. Between servers it can: a sync actor keeps what it sent until
 * it is acknowledged (acknowledgements ride on the next message back) and owes it again when the
 * connection has changed since. A server that comes to be known, in either direction, is owed all
 * that the other's actors ever took, read from a replica part by part; one donor gives it everything
 * else. Merging takes the later of two entries by a total order, so it does not matter in which order
 * and how often they arrive. (After Anna's multicast of merged updates and Dynamo's hinted handoff;
 * `docs/sync.md` has the figures.)
 *
 * @module
 */

import type { Actor, ActorContext, ActorRef } from "../../actor/mod.ts";
import type { TickMessage } from "../pace.ts";
import { Donor } from "./donor.ts";
import { Drain } from "./drain.ts";
import { EntryPool } from "./entry_pool.ts";
import { Joiner } from "./joiner.ts";
import { LocalReplicas } from "./local_replicas.ts";
import { Membership } from "./membership.ts";
import { PassedMessage } from "./passed_message.ts";
import { Sender } from "./sender.ts";
import type {
  DrainMessage,
  JoinMessage,
  LookMessage,
  PeerMessage,
  StartMessage,
  WrittenMessage,
} from "./sync_messages.ts";

type SyncMessage =
  | StartMessage
  | JoinMessage
  | DrainMessage
  | WrittenMessage
  | PeerMessage
  | TickMessage
  | LookMessage;

/**
 * Passes on what query actors took: from each of this server's to the others, and once to the sync
 * actor of each other server, which passes it on to its own. Keeps no replica, only what each
 * receiver is still owed.
 *
 * Each message changes what is owed, to whom, and then all that may be sent is sent.
 */
export class SyncActor implements Actor {
  /** The entries that are owed, to whomever. */
  #pool: EntryPool;
  #replicas: LocalReplicas;
  #donor: Donor;
  #members: Membership;
  #joiner: Joiner;
  #sender: Sender;
  #drain: Drain;

  /**
   * @param log told of peers that come and go
   * @param journal is told which peers there are, so that they are known after a restart
   * @param pool where entries are on their way
   */
  constructor(
    context: ActorContext,
    log: (line: string) => void = () => {},
    journal?: ActorRef,
    pool = new EntryPool(),
  ) {
    this.#pool = pool;
    const replicas = this.#replicas = new LocalReplicas(context, pool);
    const donor = this.#donor = new Donor(context, replicas, pool);
    const members = this.#members = new Membership(context, { pool, donor, log, journal });
    this.#joiner = new Joiner(context, replicas, members, log);
    this.#sender = new Sender(context, replicas, members, this.#joiner);
    this.#drain = new Drain(context, replicas, members);
  }

  onMessage(message: SyncMessage): void {
    switch (message.type) {
      case "start":
        this.#replicas.start(message.queryActors);
        this.#joiner.start(message.hasState);
        break;
      case "join":
        this.#joiner.join(message);
        break;
      case "written":
        this.#written(message);
        break;
      case "peer":
        this.#heard(message);
        break;
      case "tick":
        this.#replicas.get(message.receiver)?.pace.ticked();
        this.#members.get(message.receiver)?.pace.ticked();
        break;
      case "look":
        break;
      case "drain":
        this.#drain.begin(message.replyTo);
        break;
    }
    this.#goOn();
  }

  /** A query actor of this server took something: all others are owed it. */
  #written({ from, entries, part, isDrained }: WrittenMessage): void {
    const writer = this.#replicas.withCounter(from);
    if (part !== undefined) this.#donor.take(part);
    if (isDrained) writer.drain = "done";
    const written = new PassedMessage(this.#pool, entries);
    this.#replicas.oweMessage(written, writer);
    for (const peer of this.#members.peers) peer.oweMessage(written);
    written.release();
  }

  /** Another server's sync actor was heard: this server's query actors are owed what it sent. */
  #heard(message: PeerMessage): void {
    const peer = this.#members.learn(message.from, true);
    if (peer === undefined) return;
    for (const ref of message.peers) this.#members.learn(ref, false);
    const received = new PassedMessage(this.#pool, message.entries);
    this.#replicas.oweMessage(received);
    peer.pending.forgetAll(received);
    for (const other of this.#members.peers) {
      if (other.takesState > 0 && other !== peer) other.oweMessage(received);
    }
    received.release();
    peer.acknowledged(message.ack);
    peer.received(message.batch);
    if (message.wantsState > 0) {
      peer.takesState = message.wantsState;
      this.#donor.owe(peer, { except: [peer.ref.incarnation] });
    }
    if (message.stateDone > 0) this.#joiner.answered(peer, message.stateDone);
  }

  #goOn(): void {
    this.#joiner.goOn();
    const served = this.#donor.readOn(this.#members.peers);
    if (served !== undefined) this.#members.putLast(served);
    this.#sender.sendAll();
    this.#joiner.goOn();
    this.#drain.goOn();
  }
}
