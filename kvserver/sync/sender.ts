import type { ActorContext } from "../../actor/mod.ts";
import type { MergeMessage } from "../messages/replica_messages.ts";
import type { Comparer } from "./comparer.ts";
import { Living } from "./living.ts";
import type { LocalReplica, Orders } from "./local_replica.ts";
import type { LocalReplicas } from "./local_replicas.ts";
import type { Membership } from "./membership.ts";
import type { OutgoingBatch } from "./outgoing_batch.ts";
import type { Overload } from "./overload.ts";
import type { Peer } from "./peer.ts";
import type { PeerMessage } from "./peer_message.ts";
import { claimBytes, type Seen, seenBytes } from "../versions/version_bytes.ts";
import type { Stability } from "./stability.ts";
import type { StateReceiver } from "./state_receiver.ts";

/** Sends each receiver, the query actors of this server and the peers, what is due. */
export class Sender {
  #context: ActorContext;
  #replicas: LocalReplicas;
  #members: Membership;
  #stateReceiver: StateReceiver;
  #comparer: Comparer;
  #overload: Overload;
  #stability: Stability;
  #living: Living;
  /** The batch encoded last: the next receiver is often sent the same. Kept within one step. */
  #encoded: { entries: OutgoingBatch; bytes: Uint8Array } | undefined;
  /** What a peer was told last that was seen: the next one is often told the same. Kept within one step. */
  #encodedSeen: (Seen & { bytes: Uint8Array }) | undefined;

  constructor(
    context: ActorContext,
    replicas: LocalReplicas,
    members: Membership,
    stateReceiver: StateReceiver,
    comparer: Comparer,
    overload: Overload,
    stability: Stability,
  ) {
    this.#overload = overload;
    this.#context = context;
    this.#replicas = replicas;
    this.#members = members;
    this.#stateReceiver = stateReceiver;
    this.#comparer = comparer;
    this.#stability = stability;
    this.#living = new Living(members);
  }

  /** Sends everything that is due. The rest is sent on the next tick, or when a link changes. */
  sendAll(): void {
    for (const replica of this.#replicas.all) this.#sendToReplica(replica);
    for (const peer of [...this.#members.peers]) this.#sendToPeer(peer);
    this.#encoded = this.#encodedSeen = undefined;
  }

  #sendToReplica(replica: LocalReplica): void {
    const { isComplete } = this.#stateReceiver;
    const { pacer } = replica;
    const orders: Orders = {
      isAlone: this.#replicas.isSingle && this.#members.size === 0,
      refusal: this.#overload.refusal,
      holdsBack: this.#replicas.holdsBack(replica),
      living: this.#living.servers,
    };
    if (!replica.isMessageDue(isComplete, orders)) return;
    const next = replica.nextMessage(isComplete, orders);
    const { entries, number, ready, drain, read, compare, answers, persistsAll } = next;
    const { claims, dropped, floorMs, collect } = next;
    const message: MergeMessage = {
      type: "merge",
      entries: this.#encode(entries),
      number,
      ready,
      isAlone: orders.isAlone,
      persistsRemote: replica === this.#replicas.first,
      drain,
    };
    if (orders.refusal !== undefined) message.refusal = orders.refusal;
    if (next.living !== undefined) message.living = next.living;
    if (orders.holdsBack) message.holdsBack = true;
    if (read !== undefined) message.read = read;
    if (next.expected !== undefined) message.expected = next.expected;
    if (dropped !== undefined) message.dropped = dropped;
    if (claims.length > 0) message.claims = claimBytes(claims);
    if (floorMs !== undefined) message.floorMs = floorMs;
    if (collect !== undefined) message.collect = collect;
    if (compare !== undefined) message.compare = compare;
    if (answers !== undefined) message.answers = answers;
    if (persistsAll) message.persistsAll = true;
    this.#context.tell(replica.ref, message);
    // A tell inside a server cannot be lost.
    entries.release();
    pacer.sent();
    if (replica.hasEntries) pacer.awaitDue();
  }

  /** A message leaves when the link to the peer is up and has room for it. */
  #sendToPeer(peer: Peer): void {
    const link = this.#context.link(peer.ref);
    if (!this.#members.observeLink(peer, link)) return;
    const { seen } = this.#stability;
    if (peer.backlog.isSendingState) peer.gossip.tellAwaited(this.#stateReceiver.awaits);
    if (link.isUp && peer.isIdle) {
      const tellWaitMs = peer.tellWaitMs(seen);
      if (tellWaitMs === Infinity) return;
      if (tellWaitMs > 0) return peer.pacer.tickWithin(tellWaitMs);
    }
    const { peerCheckMs, peerDownCheckMs } = this.#context.limits;
    peer.pacer.tickWithin(link.isUp ? peerCheckMs : peerDownCheckMs);
    if (!link.isUp) return;
    if (peer.isAckOverdue(link)) return link.reset();
    if (peer.backlog.isStateRead && !this.#stateReceiver.holdsBack(peer)) peer.completeState();
    if (!peer.pacer.isDue()) return;
    const contents = peer.nextMessage(link, seen);
    if (contents === undefined) return;
    const message: PeerMessage = {
      type: "peer",
      from: this.#context.self,
      entries: this.#encode(contents.entries),
      peers: contents.introductions,
      wantsState: contents.requested,
      stateDone: contents.completed,
    };
    if (contents.awaits !== undefined) message.awaits = contents.awaits;
    if (contents.forgotten.length > 0) message.forgotten = contents.forgotten;
    if (contents.kept.length > 0) message.kept = contents.kept;
    const { step, repairs, claims } = contents;
    if (claims.length > 0) message.claims = claimBytes(claims);
    if (contents.seen !== undefined) message.seen = this.#encodeSeen(contents.seen);
    if (step !== undefined) {
      message.comparison = step.id;
      if (step.place > 0) message.comparisonPlace = step.place;
      message.ranges = step.ranges;
      if (step.leftOut) message.leftOut = true;
      if (step.seen !== undefined) message.replicaSeen = step.seen;
      if (step.seenSum !== undefined) message.replicaSum = step.seenSum;
      this.#comparer.sent(step);
    }
    if (repairs > 0) message.repairs = repairs;
    if (contents.stateSize !== undefined) message.stateSize = contents.stateSize;
    this.#context.tell(peer.ref, message, { reserved: true });
    peer.pacer.sent();
    if (peer.backlog.size > 0) peer.pacer.awaitDue();
  }

  #encodeSeen({ vector, floorMs }: Seen): Uint8Array {
    if (this.#encodedSeen?.vector !== vector || this.#encodedSeen.floorMs !== floorMs) {
      this.#encodedSeen = { vector, floorMs, bytes: seenBytes({ vector, floorMs }) };
    }
    return this.#encodedSeen.bytes;
  }

  #encode(entries: OutgoingBatch): Uint8Array {
    if (this.#encoded?.entries.isSame(entries) !== true) {
      this.#encoded = { entries, bytes: entries.encode() };
    }
    return this.#encoded.bytes;
  }
}
