import type { ActorContext } from "../../actor/mod.ts";
import { peerCheckMs } from "../../limits.ts";
import type { Joiner } from "./joiner.ts";
import type { LeavingEntries } from "./leaving_entries.ts";
import type { LocalReplica, LocalReplicas } from "./local_replicas.ts";
import type { Membership } from "./membership.ts";
import type { Peer } from "./peer.ts";
import type { MergeMessage, PeerMessage } from "./sync_messages.ts";

/** Tells each receiver what it is owed, at its pace. */
export class Sender {
  #context: ActorContext;
  #replicas: LocalReplicas;
  #members: Membership;
  #joiner: Joiner;
  /** The entries sent last in this turn: the next receiver is often owed the same. */
  #encoded: { entries: LeavingEntries; bytes: Uint8Array } | undefined;

  constructor(
    context: ActorContext,
    replicas: LocalReplicas,
    members: Membership,
    joiner: Joiner,
  ) {
    this.#context = context;
    this.#replicas = replicas;
    this.#members = members;
    this.#joiner = joiner;
  }

  /** Sends whatever may be sent now. What may not, a `TickMessage` comes for, or a `LookMessage`. */
  sendAll(): void {
    for (const replica of this.#replicas.all) this.#sendToReplica(replica);
    for (const peer of [...this.#members.peers]) this.#sendToPeer(peer);
    this.#encoded = undefined;
  }

  #sendToReplica(replica: LocalReplica): void {
    const { stateDone } = this.#joiner;
    const { pending, pace } = replica;
    const hasNews = pending.size > 0 || replica.read !== undefined ||
      (stateDone && !replica.isReady) || replica.drain === "wanted";
    if (!hasNews || !pace.isDue()) return;
    const entries = pending.take();
    replica.isReady ||= stateDone && pending.size === 0;
    const message: MergeMessage = {
      type: "merge",
      entries: this.#encode(entries),
      ready: replica.isReady,
      isAlone: this.#replicas.all.length === 1 && this.#members.size === 0,
      isKeeper: replica === this.#replicas.first,
      drain: replica.drain === "wanted",
    };
    if (replica.read !== undefined) message.read = replica.read;
    replica.read = undefined;
    if (message.drain) replica.drain = "asked";
    this.#context.tell(replica.ref, message);
    entries.release();
    pace.sent();
    if (pending.size > 0) pace.isDue();
  }

  /** A peer has to be reached, and to have room. */
  #sendToPeer(peer: Peer): void {
    const link = this.#context.link(peer.ref);
    if (link.isGone) return this.#members.bury(peer);
    this.#members.noteReach(peer, link.isUp);
    if (link.isUp && peer.isIdle) return;
    peer.pace.tickWithin(peerCheckMs);
    if (!link.isUp) return;
    if (peer.isOverdue(link.epoch)) return link.reset();
    if (peer.isStateRead && !this.#joiner.holdsBack(peer)) peer.completeState();
    if (!peer.pace.isDue()) return;
    const next = peer.next(link);
    if (next === undefined) return;
    const { batch, number, ack } = next;
    const message: PeerMessage = {
      type: "peer",
      from: this.#context.self,
      batch: number,
      ack,
      entries: this.#encode(batch.entries),
      peers: batch.peers,
      wantsState: batch.wantsState,
      stateDone: batch.stateDone,
    };
    this.#context.tell(peer.ref, message, { reserved: true });
    peer.pace.sent();
    if (peer.pending.size > 0) peer.pace.isDue();
  }

  #encode(entries: LeavingEntries): Uint8Array {
    if (this.#encoded?.entries.isSame(entries) !== true) {
      this.#encoded = { entries, bytes: entries.encode() };
    }
    return this.#encoded.bytes;
  }
}
