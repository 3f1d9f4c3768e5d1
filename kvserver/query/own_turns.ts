import type { ActorContext } from "../../actor/mod.ts";

/**
 * Turns that an actor gives itself for work that is not done yet: each is a message to itself, behind
 * those that wait already. One at most is under way.
 */
export class OwnTurns {
  #context: ActorContext;
  #message: { readonly type: string };
  #isDue = false;

  /** @param type of the message, by which the actor knows whose turn it is */
  constructor(context: ActorContext, type: string) {
    this.#context = context;
    this.#message = { type };
  }

  /** Whether a turn is under way. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** Requests a turn `delayMs` from now, unless one is under way. */
  request(delayMs = 0): void {
    if (this.#isDue) return;
    this.#isDue = true;
    const { self } = this.#context;
    if (delayMs === 0) this.#context.tell(self, this.#message);
    else this.#context.tellAfter(self, this.#message, delayMs);
  }

  /** To be called when a turn has come. */
  begin(): void {
    this.#isDue = false;
  }
}
