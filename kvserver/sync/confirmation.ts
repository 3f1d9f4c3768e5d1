/** How far it is known that a peer holds what this server accepted. */
type State = "none" | "asked" | "comparing" | "given" | "refuted";

/**
 * Whether a peer was found to hold all that this server accepted, by a comparison that began when the peer
 * had acknowledged all of it. So it shows that it has what it acknowledged, and has not dropped it.
 */
export class Confirmation {
  #state: State = "none";

  /** Whether the peer was found to hold it all. */
  get isGiven(): boolean {
    return this.#state === "given";
  }

  /** Whether a comparison is to find out, or does. */
  get isAsked(): boolean {
    return this.#state === "asked" || this.#state === "comparing";
  }

  /** Asks for it. @returns whether a comparison is to begin for that. */
  ask(): boolean {
    if (this.#state !== "none") return false;
    this.#state = "asked";
    return true;
  }

  /** A comparison begins that leaves nothing out of account. */
  begun(): void {
    if (this.#state === "asked") this.#state = "comparing";
  }

  /** It has found that the peer lacks something that this server accepted. */
  lacked(): void {
    if (this.#state === "comparing" || this.#state === "given") this.#state = "none";
  }

  /**
   * Entries were dropped here, because the peer says that it has seen them and does not hold them: when both are
   * equal from then on, that does not show that what was accepted is anywhere.
   */
  refuted(): void {
    if (this.isAsked) this.#state = "refuted";
  }

  /** It is over. */
  over(): void {
    if (this.#state === "comparing") this.#state = "given";
  }
}
