import type { ActorContext, LinkState } from "../../actor/mod.ts";
import type { Peer } from "./peer.ts";
import type { ProgressChange } from "./progress.ts";
import type { ReachabilityName } from "./reachability.ts";

/** Says in the log what becomes of peers, once each: how they are reached, and how far they are. */
export class PeerLog {
  #context: Pick<ActorContext, "log" | "limits">;
  /** Those whose clocks are said to be off. */
  #skewed = new WeakSet<Peer>();

  constructor(context: Pick<ActorContext, "log" | "limits">) {
    this.#context = context;
  }

  /** Says when a peer falls behind, when too much waits for it, and when it has caught up. */
  progress(peer: Peer, change: ProgressChange): void {
    const { log, limits: { outboxBytesMax } } = this.#context;
    const { pendingBytes, lagMs } = peer;
    const fields = { peer: peer.ref.address };
    if (change === "caughtUp") log.info("Peer {peer} has caught up", fields);
    else if (change === "behind") {
      const ageMs = Math.round(lagMs);
      log.warn(
        "Peer {peer} falls behind: {pendingBytes} bytes wait for it, the oldest for {ageMs} ms",
        { ...fields, pendingBytes, ageMs },
      );
    } else {
      log.warn(
        "Peer {peer} is too far behind: more than {outboxBytesMax} bytes waited for it, so that both " +
          "compare what they hold",
        { ...fields, outboxBytesMax },
      );
    }
  }

  /** Says when the clock of a peer is far from this server's, and when it is right again. */
  clock(peer: Peer, aheadMs: number | undefined): void {
    if (aheadMs === undefined) return;
    const { log, limits: { peerSkewSaidMs } } = this.#context;
    const isOff = Math.abs(aheadMs) > peerSkewSaidMs;
    if (isOff === this.#skewed.has(peer)) return;
    const fields = { peer: peer.ref.address };
    if (!isOff) {
      this.#skewed.delete(peer);
      return log.info("The clock of peer {peer} is right again", fields);
    }
    this.#skewed.add(peer);
    const ms = Math.round(Math.abs(aheadMs));
    const side = aheadMs > 0 ? "ahead of" : "behind";
    log.warn(`The clock of peer {peer} is {ms} ms ${side} this server's`, { ...fields, ms });
  }

  /**
   * Says when a peer is half reached, when nothing comes of it, and when two servers claim its address.
   *
   * @param before how it was reached until now
   */
  reach(
    { ref: { address }, reachability: { name }, isLost }: Peer,
    { isUp }: Pick<LinkState, "isUp">,
    before: ReachabilityName,
  ): void {
    const { log, limits: { peerSilentMs } } = this.#context;
    const fields = { peer: address };
    // Of one that is lost more is said: that it is, and that it is back.
    if (name === "silent" && !isLost) {
      log.warn("Peer {peer} has not been heard for {seconds} s", {
        ...fields,
        seconds: peerSilentMs / 1_000,
      });
    } else if (before === "silent" && name === "up" && !isLost) {
      log.info("Peer {peer} is heard again", fields);
    } else if (name === "conflict") {
      log.warn(
        "Peer {peer} is there, and its address answers as another server: do two advertise it?",
        fields,
      );
    } else if (name === "one-way" && isUp) {
      log.warn("Peer {peer} is reached, and does not reach this server", fields);
    } else if (name === "one-way") {
      log.warn("Peer {peer} reaches this server, and is not reached", fields);
    } else if (before === "conflict") {
      log.info("Peer {peer} answers at its address again", fields);
    } else if (before === "one-way" && name === "up") {
      log.info("Peer {peer} is reached and reaches this server again", fields);
    }
  }
}
