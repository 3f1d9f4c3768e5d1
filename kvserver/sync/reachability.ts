import type { LinkState, RemoteFacts } from "../../actor/mod.ts";
import type { Limits } from "../../limits.ts";

/** How this server and a peer reach each other; one that is silent has not been heard for `peerSilentMs`. */
export type ReachabilityName = "up" | "down" | "silent" | "conflict" | "one-way";

/** What of a link says how a peer is reached. */
export type LinkReach = Pick<LinkState, "isUp" | "isHeard" | "isWrongIncarnation"> & {
  readonly facts: Pick<RemoteFacts, "heardMs">;
};

/**
 * Whether this server and a peer reach each other: by the link that this server dials, and by the
 * connection that the peer has to it. When only one of them is there, the other is about to be, or to end:
 * only if that lasts it is `one-way`, and until then nothing has changed. A peer of which nothing comes is
 * silent, whatever connections there seem to be: it may stand still, or the network lose everything.
 */
export class Reachability {
  #name: ReachabilityName = "down";
  #sinceMs: number;
  /** Since when only one of the two is there; `undefined`: that is not so. */
  #halfSinceMs: number | undefined;
  #noticeMs: number;
  #silentMs: number;
  /** When anything came of it last; -Infinity: never. */
  #heardMs = -Infinity;

  /** A peer that is known from now on. */
  constructor(nowMs: number, { oneWayNoticeMs, peerSilentMs }: Limits) {
    this.#sinceMs = nowMs;
    this.#noticeMs = oneWayNoticeMs;
    this.#silentMs = peerSilentMs;
  }

  get name(): ReachabilityName {
    return this.#name;
  }

  /** Since when that is so, on the monotonic clock. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** Whether it is not there: neither way is open, or nothing comes of it. */
  get isDown(): boolean {
    return this.#name === "down" || this.#name === "silent";
  }

  /** How long it may take until it changes although the link does not; `undefined`: it does not then. */
  undecidedMs(nowMs: number): number | undefined {
    if (this.#name === "silent") return undefined;
    const silentInMs = this.#heardMs + this.#silentMs - nowMs;
    const halfInMs = this.#halfSinceMs === undefined || this.#name === "one-way"
      ? Infinity
      : this.#halfSinceMs + this.#noticeMs - nowMs;
    const leastMs = this.#heardMs === -Infinity ? halfInMs : Math.min(silentInMs, halfInMs);
    return leastMs === Infinity ? undefined : Math.max(leastMs, 0);
  }

  /** Notes the state of the link. @returns what it was until now, if that has changed. */
  observe(link: LinkReach, nowMs: number): ReachabilityName | undefined {
    this.#heardMs = Math.max(this.#heardMs, link.facts.heardMs ?? -Infinity);
    const name = this.#nameOf(link, nowMs);
    if (name === this.#name) return undefined;
    const before = this.#name;
    this.#name = name;
    // One that was down before it counts as silent has been so since then.
    if (name !== "silent") this.#sinceMs = nowMs;
    else if (before !== "down") this.#sinceMs = this.#heardMs;
    return before;
  }

  #nameOf({ isUp, isHeard, isWrongIncarnation }: LinkReach, nowMs: number): ReachabilityName {
    const isInConflict = isWrongIncarnation && isHeard;
    const isHalf = isUp !== isHeard && !isInConflict;
    this.#halfSinceMs = isHalf ? this.#halfSinceMs ?? nowMs : undefined;
    if (this.#heardMs > -Infinity && nowMs - this.#heardMs >= this.#silentMs) return "silent";
    if (isInConflict) return "conflict";
    if (!isHalf) return isUp ? "up" : "down";
    if (nowMs - this.#halfSinceMs! >= this.#noticeMs) return "one-way";
    return this.#name;
  }
}
