import type { LinkState } from "../../actor/mod.ts";
import type { Limits } from "../../limits.ts";

/** Whether a peer is there. `docs/sync.md` draws the transitions. */
type State =
  /** The link is up. */
  | { name: "up"; sinceMs: number }
  /** The link is down, and the peer may be back soon. */
  | { name: "down"; sinceMs: number }
  /** The peer was neither reached nor heard for `peerLostMs`: the others are compared with. */
  | { name: "lost"; sinceMs: number }
  /** The peer is not synced with any more. */
  | { name: "forgotten" };

/** What `Liveness.observe` finds changed. */
export type LivenessChange = "lost" | "back" | "none";

/** Tracks whether a peer is there, by its link and by the messages that come from it. */
export class Liveness {
  #state: State;
  #lastHeardMs: number;
  #lostMs: number;

  /** A peer that is known from now on, whose link is not up yet. */
  constructor(nowMs: number, { peerLostMs }: Limits) {
    this.#lostMs = peerLostMs;
    this.#state = { name: "down", sinceMs: nowMs };
    this.#lastHeardMs = nowMs;
  }

  /** When the peer was last heard, or first known. */
  get lastHeardMs(): number {
    return this.#lastHeardMs;
  }

  /** Whether the peer is counted as lost. */
  get isLost(): boolean {
    return this.#state.name === "lost";
  }

  /** Whether the peer is forgotten. */
  get isForgotten(): boolean {
    return this.#state.name === "forgotten";
  }

  /** For how long the link is up; 0: it is not. */
  upMs(nowMs: number): number {
    return this.#state.name === "up" ? nowMs - this.#state.sinceMs : 0;
  }

  /** A message came from the peer. */
  heard(nowMs: number): void {
    this.#lastHeardMs = nowMs;
  }

  /** Notes the state of the link. @returns whether that makes the peer lost, or ends its being lost. */
  observe({ isUp, isHeard }: Pick<LinkState, "isUp" | "isHeard">, nowMs: number): LivenessChange {
    const state = this.#state;
    if (state.name === "forgotten") return "none";
    if (isUp) {
      if (state.name !== "up") this.#state = { name: "up", sinceMs: nowMs };
      return state.name === "lost" ? "back" : "none";
    }
    // A peer that has a connection of its own is there, although the link to it is down.
    const sinceMs = state.name === "up" || isHeard ? nowMs : state.sinceMs;
    const isLost = nowMs - Math.max(sinceMs, this.#lastHeardMs) > this.#lostMs;
    this.#state = { name: isLost ? "lost" : "down", sinceMs };
    if (isLost === (state.name === "lost")) return "none";
    return isLost ? "lost" : "back";
  }

  /** The peer is not synced with any more. */
  forget(): void {
    this.#state = { name: "forgotten" };
  }
}
