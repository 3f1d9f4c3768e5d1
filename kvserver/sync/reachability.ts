import type { LinkState } from "../../actor/mod.ts";
import type { Limits } from "../../limits.ts";

/** How this server and a peer reach each other, as `Members` tells it. */
export type ReachabilityName = "up" | "down" | "conflict" | "one-way";

/** What of a link says how a peer is reached. */
export type LinkReach = Pick<LinkState, "isUp" | "isHeard" | "isWrongIncarnation">;

/**
 * Whether this server and a peer reach each other: by the link that this server dials, and by the
 * connection that the peer has to it. When only one of them is there, the other is about to be, or to end:
 * only if that lasts it is `one-way`, and until then nothing has changed.
 */
export class Reachability {
  #name: ReachabilityName = "down";
  #sinceMs: number;
  /** Since when only one of the two is there; `undefined`: that is not so. */
  #halfSinceMs: number | undefined;
  #noticeMs: number;

  /** A peer that is known from now on. */
  constructor(nowMs: number, { oneWayNoticeMs }: Limits) {
    this.#sinceMs = nowMs;
    this.#noticeMs = oneWayNoticeMs;
  }

  get name(): ReachabilityName {
    return this.#name;
  }

  /** Since when that is so, on the monotonic clock. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** Whether it may change although the link does not. */
  get isUndecided(): boolean {
    return this.#halfSinceMs !== undefined && this.#name !== "one-way";
  }

  /** Notes the state of the link. @returns what it was until now, if that has changed. */
  observe(link: LinkReach, nowMs: number): ReachabilityName | undefined {
    const { isUp, isHeard } = link;
    const isInConflict = link.isWrongIncarnation && isHeard;
    const isHalf = isUp !== isHeard && !isInConflict;
    this.#halfSinceMs = isHalf ? this.#halfSinceMs ?? nowMs : undefined;
    const name = isInConflict
      ? "conflict"
      : !isHalf
      ? isUp ? "up" : "down"
      : nowMs - this.#halfSinceMs! >= this.#noticeMs
      ? "one-way"
      : this.#name;
    if (name === this.#name) return undefined;
    const before = this.#name;
    this.#name = name;
    this.#sinceMs = nowMs;
    return before;
  }
}
