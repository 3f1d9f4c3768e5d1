import type { ActorContext } from "../../actor/mod.ts";
import { originTest } from "../messages/origin_filter.ts";
import type { StatePart } from "../messages/replica_messages.ts";
import { readSeen } from "../versions/version_bytes.ts";
import { VersionVector } from "../versions/version_vector.ts";
import type { EntryPool } from "./entry_pool.ts";
import { ForwardedBatch } from "./forwarded_batch.ts";
import type { LocalReplicas } from "./local_replicas.ts";
import type { Peer } from "./peer.ts";
import type { Reading } from "./state_sender.ts";

/**
 * Has the state that peers are to be sent read from the first replica of this server, which goes on
 * serving meanwhile: one part at a time, in the order of the keys.
 *
 * Peers take turns, a part each. No part is read for a peer while enough waits to be sent to it, or while a
 * part waits that can leave as it was read: beside a second one the entries of both would have to be decoded.
 * Nor before it is known how long the next one may be.
 */
export class StateReader {
  #context: ActorContext;
  #replicas: LocalReplicas;
  #pool: EntryPool;
  /** The part that is being read. */
  #current: { id: number; peer: Peer; reading: Reading } | undefined;
  #lastId = 0;
  /** What the query actors of this server had claimed when the first part was requested last. */
  #claimed = new VersionVector();

  /** @param pool holds the entries */
  constructor(context: ActorContext, replicas: LocalReplicas, pool: EntryPool) {
    this.#context = context;
    this.#replicas = replicas;
    this.#pool = pool;
  }

  /**
   * A reading begins: it would miss what is still on its way to the replica, so that is enqueued for the
   * peer. With that, the peer is sent all that the siblings of the replica have claimed by now. Parts are read
   * one at a time, so however often a peer has a reading begin, all that waits is walked over no more often
   * than parts are read.
   */
  #enqueueWaiting(peer: Peer): void {
    const isSelected = originTest(peer.everything);
    for (const n of this.#replicas.first.waiting()) {
      if (isSelected(this.#pool.uidOf(n))) peer.backlog.enqueue(n);
    }
    this.#claimed = this.#replicas.claimed;
  }

  /**
   * Requests the next part, unless one is being read.
   *
   * @param peers in the order of their turns
   * @returns the peer whose turn it was; the caller puts it behind the others.
   */
  requestPart(peers: Iterable<Peer>): Peer | undefined {
    if (this.#current !== undefined && !this.#current.peer.isForgotten) return undefined;
    for (const peer of peers) if (this.#isToRead(peer)) return this.#requestPartFor(peer);
  }

  #requestPartFor(peer: Peer): Peer {
    const { backlog } = peer;
    if (backlog.isOverflowed) peer.recover();
    if (backlog.reading !== undefined && backlog.reading.after === undefined) {
      this.#enqueueWaiting(peer);
    }
    const { reading } = backlog;
    // It has recovered, and both compare. Or more waits for the replica than may for the peer, which has
    // overflowed again: its next turn may do.
    if (reading === undefined) return peer;
    const id = ++this.#lastId;
    this.#current = { id, peer, reading };
    // As long as a message to the peer, so that it goes on as it comes; over a slow link it holds several.
    const { messageBytes, isSettled } = peer.window;
    const leastBytes = isSettled ? this.#context.limits.windowBytesFirst : 0;
    const bytesMax = Math.max(messageBytes, leastBytes);
    this.#replicas.first.requestRead({
      id,
      after: reading.after,
      filter: peer.everything,
      bytesMax,
    });
    return peer;
  }

  #isToRead(peer: Peer): boolean {
    const { backlog } = peer;
    return (backlog.reading !== undefined || backlog.isOverflowed) &&
      backlog.bytes < this.#context.limits.readAheadBytesMax && !backlog.isBatchWaiting &&
      !peer.isProbing && this.#context.link(peer.ref).isUp;
  }

  /** Enqueues the part that was requested for its peer. */
  partRead({ id, entries, after, seen, size }: StatePart): void {
    if (id !== this.#current?.id) return;
    const { peer, reading } = this.#current;
    this.#current = undefined;
    if (peer.isForgotten) return;
    const seenBefore = seen === undefined ? undefined : readSeen(seen);
    seenBefore?.vector.join(this.#claimed);
    const batch = new ForwardedBatch(this.#pool, entries);
    peer.backlog.enqueuePart(batch, { reading, after, seen: seenBefore, size });
    batch.release();
  }
}
