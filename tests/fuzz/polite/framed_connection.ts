import { RawSocket } from "../../support/rpc/raw_socket.ts";
import { concat, requestFrame } from "../../support/rpc/wire.ts";
import type { Answer, PoliteConnection } from "./connection.ts";
import { type Call, isSame, shown } from "./known_values.ts";

/** As the numbers of requests are 32 bits long. */
const msgidEnd = 2 ** 32;

/** Calls in frames: each answer says by a number which call it is for. */
export class FramedConnection implements PoliteConnection {
  #socket: RawSocket;
  /** The number of the first of the calls that were sent last, and behind the last of them. */
  #first = 0;
  #next = 0;

  private constructor(socket: RawSocket) {
    this.#socket = socket;
  }

  static async connect(address: string): Promise<FramedConnection> {
    return new FramedConnection(await RawSocket.connect(address, Infinity));
  }

  send(calls: readonly Call[]): Promise<void> {
    this.#first = this.#next + calls.length > msgidEnd ? 0 : this.#next;
    this.#next = this.#first + calls.length;
    const frames = calls.map(({ method, params }, i) =>
      requestFrame(this.#first + i, method, params)
    );
    return this.#socket.send(concat(...frames));
  }

  async answer(): Promise<Answer> {
    const reply = await this.#socket.reply();
    const [type, msgid, error, result] = reply;
    return {
      call: type === 1 ? msgid - this.#first : NaN,
      isOverloaded: error?.[0] === "overloaded",
      text: shown(reply),
      says: (expected) => error === null && isSame(result, expected),
    };
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}
