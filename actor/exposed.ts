import type { Clock, Limited } from "../rpc/mod.ts";
import type { Marshalled } from "./marshaller.ts";
import type { SystemId } from "./system_id.ts";

/**
 * Checks a message of another system, whole, before it is handed to its receiver.
 *
 * @param from the sender, which was greeted at its address
 * @param edges the clock and the bounds of this system
 * @returns what is wrong with the message; `undefined` when nothing is.
 */
export type CheckMessage = (
  message: Marshalled,
  from: SystemId,
  edges: Pick<Clock, "now"> & Limited,
) => string | undefined;

/**
 * In place of the counter of a receiver in another system: the one that the system exposed first. Who has
 * only heard of a system by others tells this one, because they may name any counter.
 */
export const firstExposed = 0;

/**
 * The receivers that other systems may tell: none, until the host exposes an actor, an inbox or a
 * channel, with a check that messages must pass.
 */
export class Exposed {
  #first: number | undefined;
  #checks = new Map<number, CheckMessage>();
  #edges: Pick<Clock, "now"> & Limited;

  constructor(edges: Pick<Clock, "now"> & Limited) {
    this.#edges = edges;
  }

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** Lets the messages through to the receiver `counter` that pass the check. */
  add(counter: number, check: CheckMessage): void {
    this.#first ??= counter;
    this.#checks.set(counter, check);
  }

  /** The counter of the receiver that a message to `counter` is for. */
  receiverOf(counter: number): number {
    return counter === firstExposed ? this.#first ?? counter : counter;
  }

  /** @returns why a message is refused; `undefined` when it is not. */
  refusalOf(counter: number, message: Marshalled, from: SystemId): string | undefined {
    const check = this.#checks.get(this.receiverOf(counter));
    return check === undefined
      ? `nobody here is to be told by others as ${counter}`
      : check(message, from, this.#edges);
  }
}
