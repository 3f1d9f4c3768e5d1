import { decode } from "../rpc/mod.ts";
import type { Actor } from "./actor.ts";
import { Mailbox } from "./mailbox.ts";
import type { Marshalled } from "./marshaller.ts";
import { MessageRates } from "./message_rate.ts";
import type { Runnable } from "./scheduler.ts";

/** A started actor as its system holds it: with its mailbox of marshalled messages. */
export class LocalActor implements Runnable {
  scheduled = false;
  /** Messages that wait, marshalled. */
  readonly mailbox = new Mailbox<Marshalled>();
  /** What this actor sent to others lately; receivers by counter here, by uid elsewhere. */
  readonly rates = new MessageRates<number | string>();
  /** Set before the first message is handled; messages may wait for it already. */
  actor!: Actor;
  #onError: (error: unknown) => void;

  /** @param onError told of what the actor throws */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  runOne(): boolean {
    const message = this.mailbox.take();
    if (message === undefined) return false;
    const { bytes, start, end } = message;
    try {
      if (this.actor.onMarshalled?.(bytes, start, end)) return true;
      this.actor.onMessage(decode(bytes, start, end));
    } catch (error) {
      this.#onError(error);
    }
    return true;
  }
}
