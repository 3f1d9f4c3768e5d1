import type { ActorContext } from "../../actor/mod.ts";
import type { LocalReplica } from "./local_replica.ts";
import type { LocalReplicas } from "./local_replicas.ts";
import type { Membership } from "./membership.ts";

/** Who is so far behind that Puts are refused. */
interface Straggler {
  /** A query actor of this server, or the address of another one. */
  readonly who: string;
  readonly lagMs: number;
  /** Whether it is still there, and so has caught up once it is no longer behind. */
  isThere(): boolean;
}

/** Of the lag that another server may have, the part with which it counts as too far behind. */
const lagShare = 1 / 2;
/**
 * Of that lag, the part that may be needed for what waits, while the lag is not a mere hiccup. What was taken
 * last leaves behind all that waits then: when five times as much comes as leaves, that takes five times as
 * long as the oldest of it has waited. Less than half, because a rate of the past is only a guess.
 */
const drainShare = 2 / 5;
/** Of that lag, the part up to which a lag is a mere hiccup. */
const hiccupShare = 1 / 16;

/**
 * Whether this server takes more than can be passed on: Puts are refused while one of its own query actors is
 * further behind than `replicaLagMaxMs`; and, where that is asked for, while another server that is up is half
 * as far behind as it may be, or about to be. They are taken again when it is half of that.
 */
export class Overload {
  #context: ActorContext;
  #replicas: LocalReplicas;
  #members: Membership;
  #maxLagMs: number;
  /** Because of whom Puts are refused; `undefined`: they are taken. */
  #waitedFor: Straggler | undefined;
  #lookedMs = -Infinity;

  /** @param maxLagMs another server that is up may be so far behind; `Infinity`: any time */
  constructor(
    context: ActorContext,
    replicas: LocalReplicas,
    members: Membership,
    maxLagMs: number,
  ) {
    this.#context = context;
    this.#replicas = replicas;
    this.#members = members;
    this.#maxLagMs = maxLagMs;
  }

  /** Why Puts are refused; `undefined`: they are taken. */
  get refusal(): string | undefined {
    return this.#waitedFor && `${this.#waitedFor.who} has not kept up with what was put`;
  }

  /** Looks who is behind, now and then. */
  observe(): void {
    const { lagCheckMs } = this.#context.limits;
    const nowMs = this.#context.monotonicMs();
    if (nowMs >= this.#lookedMs + lagCheckMs) {
      this.#lookedMs = nowMs;
      this.#look();
      for (const replica of this.#replicas.all) this.#logProgress(replica);
    }
    // Nothing else brings the end of it.
    for (const { pacer, lagMs } of this.#replicas.all) {
      if (lagMs > 0 || this.#waitedFor !== undefined) pacer.tickWithin(lagCheckMs);
    }
  }

  #look(): void {
    const { log } = this.#context;
    const before = this.#waitedFor;
    const straggler = this.#straggler(before === undefined ? 1 : 0.5);
    if (straggler === undefined) {
      this.#waitedFor = undefined;
      if (before?.isThere()) log.info("All have caught up: Puts are taken again");
      else if (before !== undefined) {
        log.info("{who} is not there any more: Puts are taken again", { who: before.who });
      }
    } else if (before === undefined) {
      const { who, lagMs } = straggler;
      log.warn("{who} is {lagMs} ms behind: Puts are refused until it has caught up", {
        who,
        lagMs: Math.round(lagMs),
      });
      this.#waitedFor = straggler;
    }
  }

  #logProgress(replica: LocalReplica): void {
    const { log } = this.#context;
    const fields = { actor: replica.uid };
    const change = replica.observeProgress();
    if (change === "caughtUp") log.info("Query actor {actor} has caught up", fields);
    if (change !== "behind") return;
    log.warn(
      "Query actor {actor} falls behind: {pendingBytes} bytes wait for it, the oldest for {ageMs} ms",
      { ...fields, pendingBytes: replica.pendingBytes, ageMs: Math.round(replica.lagMs) },
    );
  }

  /** @param share of the bounds that counts as too far behind */
  #straggler(share: number): Straggler | undefined {
    const { limits: { replicaLagMaxMs } } = this.#context;
    for (const { uid, lagMs } of this.#replicas.all) {
      if (lagMs > share * replicaLagMaxMs) {
        return {
          who: `Query actor ${uid}`,
          lagMs,
          isThere: () => true,
        };
      }
    }
    if (this.#maxLagMs === Infinity) return undefined;
    for (const peer of this.#members.peers) {
      const { ref, lagMs, drainMs, reachability, backlog } = peer;
      const isUp = () => reachability.name === "up" && !peer.isLost;
      const mostMs = share * this.#maxLagMs;
      const isBehind = lagMs > mostMs * lagShare ||
        lagMs > mostMs * hiccupShare && drainMs > mostMs * drainShare;
      // A newcomer is behind by all that there is.
      if (isUp() && !backlog.isSendingState && isBehind) {
        return { who: `Peer ${ref.address}`, lagMs, isThere: isUp };
      }
    }
    return undefined;
  }
}
