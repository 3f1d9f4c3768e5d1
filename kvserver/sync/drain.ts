import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import type { Drained, DrainMessage, DrainOverMessage } from "../messages/sync_control.ts";
import type { LocalReplicas } from "./local_replicas.ts";
import type { Membership } from "./membership.ts";
import type { Peer } from "./peer.ts";

/** Hands everything over when the server stops, and says what came of it. */
export class Drain {
  #context: ActorContext;
  #replicas: LocalReplicas;
  #members: Membership;
  /** Are told when everything is handed over, or the time is over. */
  #replyTo: ActorRef[] = [];
  /** Whether an entry that no other server has is lost with this one. */
  #isOnlyCopy = false;
  #isOver = false;
  /** When unreachable peers are waited for no longer, and slow ones may be too slow. */
  #hopelessMs = Infinity;

  constructor(context: ActorContext, replicas: LocalReplicas, members: Membership) {
    this.#context = context;
    this.#replicas = replicas;
    this.#members = members;
  }

  /** Asks every query actor for all that it accepted. */
  begin({ timeoutMs, isOnlyCopy, replyTo }: DrainMessage): void {
    this.#replyTo.push(replyTo);
    this.#isOnlyCopy = isOnlyCopy;
    this.#isOver = false;
    const { unreachableDrainMs } = this.#context.limits;
    this.#hopelessMs = this.#context.monotonicMs() + unreachableDrainMs;
    for (const replica of this.#replicas.all) replica.requestDrain();
    for (const delayMs of [unreachableDrainMs, timeoutMs]) {
      const over: DrainOverMessage = { type: "drainOver", isLast: delayMs === timeoutMs };
      this.#context.tellAfter(this.#context.self, over, delayMs);
    }
  }

  /** The time is over: all of it, or that for peers that cannot be reached. */
  over({ isLast }: DrainOverMessage): void {
    this.#isOver ||= isLast;
  }

  /** Replies once everything is handed over, or the time is over. */
  replyIfDrained(): void {
    if (this.#replyTo.length === 0) return;
    if (!this.#isOver && !this.#isDrained) return this.#confirm();
    this.#logLacking();
    const drained: Drained = { undelivered: this.#undelivered };
    for (const replyTo of this.#replyTo.splice(0)) this.#context.tell(replyTo, drained);
  }

  /**
   * Whether to wait no longer. An unreachable peer is waited for only if no other server has everything,
   * and only for a moment, because it may be about to be reached again.
   */
  get #isDrained(): boolean {
    if (this.#members.size === 0) return true;
    const reachable = this.#reachable;
    const isHopeless = this.#context.monotonicMs() >= this.#hopelessMs;
    if (reachable.length === 0 && (isHopeless || !this.#isOnlyCopy)) return true;
    return reachable.every((peer) => peer.isIdle) && this.#areReplicasDrained &&
      (reachable.length > 0 || this.#undelivered === 0);
  }

  /** Has those show that they hold it who say so, while others have not said so. */
  #confirm(): void {
    if (!this.#isOnlyCopy || !this.#areReplicasDrained) return;
    const nowMs = this.#context.monotonicMs();
    const reachable = this.#reachable;
    if (nowMs < this.#hopelessMs || reachable.length === 1) return;
    for (const peer of reachable) if (peer.hasAcknowledged) peer.comparison.confirm(nowMs);
  }

  /**
   * How many entries are not sure to be on another server, at the least. One that lives is enough, because it
   * passes on what it has. Who may connect may also acknowledge what he drops, so one peer's word is not enough
   * where there are others: it must have shown that it has all, or two must have acknowledged an entry, or the
   * only one, of the peers that can be reached and are no newcomers; or else of those that can be reached. When
   * none can, one of the others is enough: those who ended before this server had no chance.
   */
  get #undelivered(): number {
    const all = [...this.#members.peers];
    const reachable = this.#reachable;
    if (this.#areReplicasDrained && reachable.some((peer) => peer.hasShownAll)) return 0;
    const settled = reachable.filter(({ hasCaughtUp }) => hasCaughtUp);
    const asked = [settled, reachable, all].find((peers) => peers.length > 0) ?? [];
    const [fewest, second] = asked
      .map(({ unacknowledged }) => unacknowledged).sort((a, b) => a - b);
    if (fewest === undefined || !this.#replicas.all.some((it) => it.hasAccepted)) return 0;
    // A query actor that is not drained has not sent one entry, at the least.
    const unsent = this.#replicas.all.filter((replica) => !replica.isDrained).length;
    return (reachable.length > 0 ? second ?? fewest : fewest) + unsent;
  }

  /** Says which peers lack what ends with this server. */
  #logLacking(): void {
    if (!this.#isOnlyCopy || !this.#replicas.all.some((it) => it.hasAccepted)) return;
    for (const peer of this.#members.peers) {
      const { ref, unacknowledged: count } = peer;
      if (count === 0 || peer.isLost || !peer.hasCaughtUp) continue;
      this.#context.log.warn("Peer {peer} has not acknowledged all entries, {count} at the least", {
        peer: ref.address,
        count,
      });
    }
  }

  get #areReplicasDrained(): boolean {
    return this.#replicas.all.every((replica) => replica.isDrained);
  }

  get #reachable(): Peer[] {
    return [...this.#members.peers].filter(({ ref }) => this.#context.link(ref).isUp);
  }
}
