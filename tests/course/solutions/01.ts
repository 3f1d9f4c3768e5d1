export interface Actor {
  readonly mailbox: unknown[];
  handle(message: unknown): void;
}

export class Scheduler {
  #quantum: number;
  /** Actors with mail, each once, in the order of their turns. */
  #queue = new Set<Actor>();

  constructor(quantum: number) {
    this.#quantum = quantum;
  }

  schedule(actor: Actor): void {
    this.#queue.add(actor);
  }

  run(): void {
    for (const actor of this.#queue) {
      for (let i = 0; i < this.#quantum && actor.mailbox.length > 0; i++) {
        try {
          actor.handle(actor.mailbox.shift());
        } catch {
          // The others have nothing to do with it, and neither has its next message.
        }
      }
      this.#queue.delete(actor);
      // To the back: a set is walked over in the order of insertion, what is added meanwhile included.
      if (actor.mailbox.length > 0) this.#queue.add(actor);
    }
  }
}
