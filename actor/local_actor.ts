import { decode } from "../rpc/mod.ts";
import type { Actor } from "./actor.ts";
import { type ActorRef, uid } from "./actor_ref.ts";
import { Mailbox } from "./mailbox.ts";
import type { Delivery } from "./marshaller.ts";
import { MessageRates } from "./message_rate.ts";
import type { Runnable } from "./scheduler.ts";

/** Called with what an actor threw. @param from the host that sent the message, unless it is this one */
export type OnActorError = (error: unknown, from: string | undefined) => void;

/** A started actor as its system holds it: with its mailbox of marshalled messages. */
export class LocalActor implements Runnable {
  scheduled = false;
  /** Messages that wait, marshalled. */
  readonly mailbox = new Mailbox<Delivery>();
  /** How much this actor sent to others lately: by counter in this system, by uid in others. */
  readonly rates: MessageRates<number | string>;
  /** The ref of another system that the actor told something last, and the uid of that ref. */
  #lastRemote: ActorRef = { address: "", incarnation: "", counter: 0 };
  #lastRemoteUid = "";
  /** The message that is being handled, unless it is held. */
  #handling: Delivery | undefined;
  /** Set before the first message is handled; the mailbox may hold messages before that. */
  actor!: Actor;
  #onError: OnActorError;

  /**
   * @param ratePairsMax receivers whose message rate is watched
   * @param onError called with what the actor throws
   */
  constructor(ratePairsMax: number, onError: OnActorError) {
    this.rates = new MessageRates(ratePairsMax);
    this.#onError = onError;
  }

  /** The uid of a ref of another system. The last one is kept, because making it costs as much as a tell. */
  remoteUid(ref: ActorRef): string {
    const { address, incarnation, counter } = this.#lastRemote;
    if (
      ref.counter !== counter || ref.incarnation !== incarnation || ref.address !== address
    ) {
      this.#lastRemote = { ...ref };
      this.#lastRemoteUid = uid(ref);
    }
    return this.#lastRemoteUid;
  }

  runOne(): boolean {
    const message = this.mailbox.take();
    if (message === undefined) return false;
    const { bytes, start, end, from } = message;
    this.#handling = message;
    try {
      if (this.actor.onMarshalled?.(bytes, start, end)) return true;
      this.actor.onMessage(decode(bytes, start, end));
    } catch (error) {
      this.#onError(error, from);
    } finally {
      this.#handling?.source?.handled(message);
      this.#handling = undefined;
    }
    return true;
  }

  /** Keeps the message that is being handled from counting as handled, until the function returned is called. */
  hold(): () => void {
    const message = this.#handling;
    this.#handling = undefined;
    if (message?.source === undefined) return () => {};
    const { source, start, end } = message;
    return () => source.handled({ start, end });
  }
}
