import type { Limited } from "../rpc/mod.ts";

/**
 * The messages of all connections to a port that were handed over and are not handled. Their actors have one
 * mailbox each for all who tell them something, so whatever waits there keeps everybody waiting: the bound of a
 * connection alone would let many connections together keep a server busy for minutes after they have ended.
 */
export class UnhandledMessages {
  #environment: Limited;
  #messages = 0;
  #bytes = 0;

  constructor(environment: Limited) {
    this.#environment = environment;
  }

  /**
   * Whether a connection may have one more, which has so many of them. At the bound each may have a share still.
   * So one that may not has some that will be handled, and its turn comes then.
   */
  hasRoom(messages: number, bytes: number): boolean {
    const { limits } = this.#environment;
    return this.#messages < limits.unhandledMessagesTotalMax &&
        this.#bytes < limits.unhandledBytesTotalMax ||
      messages < limits.unhandledMessagesShare && bytes < limits.unhandledBytesShare;
  }

  /** A message of so many bytes is handed over. */
  add(bytes: number): void {
    this.#messages++;
    this.#bytes += bytes;
  }

  /** One that was handed over is handled. */
  handled(bytes: number): void {
    this.#messages--;
    this.#bytes -= bytes;
  }
}
