import { parseAddress } from "../../rpc/mod.ts";
import { msgpackDecode, msgpackEncode } from "../deps.ts";

/** A response, its msgid aside. */
export interface RawReply {
  error: [code: string, message: string] | null;
  result: unknown;
}

/** Another system as far as its bytes go: sends whatever frames a test gives it. */
export class RawPeer implements Disposable {
  #conn: Deno.TcpConn;

  /** Connects to a system port. */
  static async connect(address: string): Promise<RawPeer> {
    const conn = await Deno.connect(parseAddress(address));
    // What it sends leaves at once, not when what it sent before has been acknowledged.
    conn.setNoDelay(true);
    return new RawPeer(conn);
  }

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Sends a value as a frame. */
  send(value: unknown): Promise<void> {
    return this.sendBytes(msgpackEncode(value));
  }

  /** Sends a frame. */
  async sendBytes(payload: Uint8Array): Promise<void> {
    const frame = new Uint8Array(4 + payload.length);
    new DataView(frame.buffer).setUint32(0, payload.length);
    frame.set(payload, 4);
    for (let rest = frame; rest.length > 0;) rest = rest.subarray(await this.#conn.write(rest));
  }

  /** Sends a message to the actor `counter`. */
  tell(counter: number, message: unknown): Promise<void> {
    return this.send([2, "Tell", [counter, msgpackEncode(message)]]);
  }

  /** Makes a request. @returns as `reply`. */
  async ask(method: string, ...params: unknown[]): Promise<RawReply | null> {
    await this.send([0, 1, method, params]);
    return await this.reply();
  }

  /** What the next reply says, or `null` when the connection ends instead. */
  async reply(): Promise<RawReply | null> {
    const header = await this.#read(4);
    if (header === null) return null;
    const payload = await this.#read(new DataView(header.buffer).getUint32(0));
    if (payload === null) return null;
    const [, , error, result] = msgpackDecode(payload) as [1, 1, RawReply["error"], unknown];
    return { error, result };
  }

  /** Resolves when the other side has ended the connection. */
  async end(): Promise<void> {
    while (await this.#read(1) !== null);
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }

  async #read(count: number): Promise<Uint8Array<ArrayBuffer> | null> {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const received = await this.#conn.read(bytes.subarray(at));
      if (received === null) return null;
      at += received;
    }
    return bytes;
  }
}
