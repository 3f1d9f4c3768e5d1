import { type Accounted, Charge, type Limited, type Timers } from "../rpc/mod.ts";
import type { UnhandledMessages } from "./unhandled_messages.ts";

/**
 * The messages of a connection that are kept: those that were handed over and are not handled, and one that
 * is held. A window of bounded size: when it is full, or all windows together are, no more is read. What is
 * handled is acknowledged.
 */
export class ReceiveWindow {
  #environment: Pick<Timers, "soon"> & Limited & Accounted;
  #acknowledge: (count: number) => void;
  /** Those of all connections. */
  #all: UnhandledMessages;
  #messages = 0;
  #bytes: Charge;
  /** How many messages were handled in all, and how many of them the other end knows of. */
  #handled = 0;
  #acknowledged = 0;
  #isAckDue = false;
  #closed = false;

  /** @param acknowledge says how many messages were handled in all */
  constructor(
    environment: Pick<Timers, "soon"> & Limited & Accounted,
    all: UnhandledMessages,
    acknowledge: (count: number) => void,
  ) {
    this.#environment = environment;
    this.#all = all;
    this.#acknowledge = acknowledge;
    this.#bytes = new Charge(environment.memory, "peers");
  }

  /** Whether another message may be kept. */
  get hasRoom(): boolean {
    const { limits: { unhandledMessagesMax, unhandledBytesMax }, memory } = this.#environment;
    return this.#messages < unhandledMessagesMax && this.#bytes.bytes < unhandledBytesMax &&
      this.#all.hasRoom(this.#messages, this.#bytes.bytes) && !memory.isFull;
  }

  /** Whether messages that were handed over are unhandled. */
  get isBehind(): boolean {
    return this.#messages > 0;
  }

  /** A message of so many bytes is held: it is not handed over. */
  hold(bytes: number): void {
    this.#bytes.add(bytes);
  }

  /** It is held no more. */
  release(bytes: number): void {
    this.#bytes.add(-bytes);
  }

  /** A message of so many bytes is handed over. */
  add(bytes: number): void {
    this.#messages++;
    this.#bytes.add(bytes);
    this.#all.add(bytes);
  }

  /** A message that was handed over is handled. One acknowledgement leaves for all those of a turn. */
  handled(bytes: number): void {
    this.#messages--;
    this.#bytes.add(-bytes);
    this.#all.handled(bytes);
    this.#handled++;
    if (this.#isAckDue) return;
    this.#isAckDue = true;
    this.#environment.soon(this.#acknowledgeAll);
  }

  #acknowledgeAll = (): void => {
    this.#isAckDue = false;
    if (this.#closed || this.#acknowledged === this.#handled) return;
    this.#acknowledge(this.#acknowledged = this.#handled);
  };

  /** Says once more how many messages were handled: more are not, and the caller is to know that it is heard. */
  repeat(): void {
    if (!this.#isAckDue && !this.#closed) this.#acknowledge(this.#acknowledged);
  }

  /** Nothing is acknowledged any more. */
  close(): void {
    this.#closed = true;
  }
}
