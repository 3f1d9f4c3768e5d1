import { defaultLimits } from "../limits.ts";
import { parseAddress } from "../rpc/mod.ts";
import type { LoadProtocol } from "./load_protocol.ts";
import type { LoadTarget } from "./load_target.ts";

/** First size of the buffer for replies. */
const bufferBytes = 64 * 1024;

/**
 * A connection that sends requests as they are and only counts the replies.
 *
 * It stands on Deno's own connection and keeps no promise of its own, so that it costs as little as
 * a load generator can.
 */
export class LoadConnection {
  #conn: Deno.Conn;
  #protocol: LoadProtocol;
  #buffer = new Uint8Array(bufferBytes);
  #closed = false;

  private constructor(conn: Deno.Conn, protocol: LoadProtocol) {
    this.#conn = conn;
    this.#protocol = protocol;
  }

  /** Connects to a server at one of a target's addresses. */
  static async open(
    address: string,
    { protocol, caCerts }: Pick<LoadTarget, "protocol" | "caCerts">,
  ): Promise<LoadConnection> {
    const { hostname, port } = parseAddress(address);
    const conn = await Deno.connect({ hostname, port });
    conn.setNoDelay(true);
    if (caCerts === undefined) return new LoadConnection(conn, protocol);
    const tls = await Deno.startTls(conn, { hostname, caCerts: [...caCerts] });
    return new LoadConnection(tls, protocol);
  }

  /**
   * Sends `requests`; resolves when `count` replies have come.
   *
   * @throws {Error} when one of them is a refusal, or the connection ends.
   */
  async exchange(requests: Uint8Array, count: number): Promise<void> {
    let written = await this.#conn.write(requests);
    while (written < requests.length) {
      written += await this.#conn.write(requests.subarray(written));
    }
    let held = 0;
    for (let missing = count; missing > 0;) {
      const received = await this.#conn.read(
        held === 0 ? this.#buffer : this.#buffer.subarray(held),
      );
      if (received === null) throw new Error("The server ended a connection under load");
      const end = held + received;
      let at = 0;
      while (at < end) {
        const replyEnd = this.#protocol.endOfReply(this.#buffer, at, end);
        if (replyEnd === 0) break;
        at = replyEnd;
        missing--;
      }
      held = end - at;
      if (held > 0) this.#keep(at, end);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }

  /** Moves the beginning of a reply to the front, where the rest of it has room. */
  #keep(at: number, end: number): void {
    if (at > 0) this.#buffer.copyWithin(0, at, end);
    if (end - at < this.#buffer.length) return;
    const larger = new Uint8Array(this.#buffer.length * 2);
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}

/**
 * Calls `use` with connections to a target, spread over its addresses, and closes them afterwards.
 *
 * @throws {Error} when `use` takes longer than `seconds` and the time that a call may take.
 */
export async function withConnections<T>(
  target: LoadTarget,
  count: number,
  seconds: number,
  use: (connections: readonly LoadConnection[]) => Promise<T>,
): Promise<T> {
  const { addresses } = target;
  const connections: LoadConnection[] = [];
  const close = () => connections.forEach((connection) => connection.close());
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    close();
  }, seconds * 1000 + defaultLimits.callTimeoutMs);
  try {
    for (let i = 0; i < count; i++) {
      connections.push(await LoadConnection.open(addresses[i % addresses.length], target));
    }
    return await use(connections);
  } catch (cause) {
    if (!late) throw cause;
    throw new Error(`The server at ${addresses[0]} took too long to answer`, { cause });
  } finally {
    clearTimeout(timer);
    close();
  }
}
