import { decode } from "../rpc/mod.ts";
import type { Actor } from "./actor.ts";
import { type ActorRef, uid } from "./actor_ref.ts";
import { Mailbox } from "./mailbox.ts";
import type { Delivery } from "./marshaller.ts";
import { MessageRates } from "./message_rate.ts";
import type { Runnable } from "./scheduler.ts";

/** Told of what an actor threw. @param from the host that had told it the message, unless it is this */
export type OnActorError = (error: unknown, from: string | undefined) => void;

/** A started actor as its system holds it: with its mailbox of marshalled messages. */
export class LocalActor implements Runnable {
  scheduled = false;
  /** Messages that wait, marshalled. */
  readonly mailbox = new Mailbox<Delivery>();
  /** What this actor sent to others lately; receivers by counter here, by uid elsewhere. */
  readonly rates: MessageRates<number | string>;
  /** The ref of another system that it told something last, and its uid. */
  #lastAway: ActorRef = { address: "", incarnation: "", counter: 0 };
  #lastAwayUid = "";
  /** Set before the first message is handled; messages may wait for it already. */
  actor!: Actor;
  #onError: OnActorError;

  /**
   * @param ratePairsMax receivers whose message rate is watched
   * @param onError told of what the actor throws
   */
  constructor(ratePairsMax: number, onError: OnActorError) {
    this.rates = new MessageRates(ratePairsMax);
    this.#onError = onError;
  }

  /** The uid of a ref of another system; the last one is kept, as putting it together costs a tell. */
  uidAway(ref: ActorRef): string {
    const { address, incarnation, counter } = this.#lastAway;
    if (
      ref.counter !== counter || ref.incarnation !== incarnation || ref.address !== address
    ) {
      this.#lastAway = { ...ref };
      this.#lastAwayUid = uid(ref);
    }
    return this.#lastAwayUid;
  }

  runOne(): boolean {
    const message = this.mailbox.take();
    if (message === undefined) return false;
    const { bytes, start, end, from } = message;
    try {
      if (this.actor.onMarshalled?.(bytes, start, end)) return true;
      this.actor.onMessage(decode(bytes, start, end));
    } catch (error) {
      this.#onError(error, from);
    } finally {
      message.source?.handled(message);
    }
    return true;
  }
}
