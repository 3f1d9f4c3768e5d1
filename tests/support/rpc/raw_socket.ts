import { assertEquals, assertNotEquals, msgpackDecode } from "../../deps.ts";
import { parseAddress } from "../../../rpc/mod.ts";
import { requestFrame } from "./wire.ts";

/** No connection of a test is needed for so long, unless the test says so. */
const usualPatienceMs = 20_000;

/**
 * A client that sends whatever bytes it is given and reads whatever frames come back. It shares no
 * code with the server but the spelling of addresses.
 */
export class RawSocket implements Disposable {
  #conn: Deno.TcpConn;
  #closed = false;
  /** Makes a test fail, rather than wait for ever, when what it waits for does not come. */
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  /** Received, and not read yet. */
  #held = new Uint8Array();

  /** @param patienceMs ends the connection; `Infinity`: nothing does */
  static async connect(address: string, patienceMs = usualPatienceMs): Promise<RawSocket> {
    const conn = await Deno.connect(parseAddress(address));
    // A part of a frame leaves at once, not when the part before has been acknowledged.
    conn.setNoDelay(true);
    return new RawSocket(conn, patienceMs);
  }

  private constructor(conn: Deno.TcpConn, patienceMs: number) {
    this.#conn = conn;
    if (patienceMs < Infinity) {
      this.#watchdog = setTimeout(() => this[Symbol.dispose](), patienceMs);
    }
  }

  /** Resolves when the network has taken all of `bytes`. */
  async send(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await this.#conn.write(rest));
    }
  }

  /** The payload of the next frame, or `null` at the orderly end. A reset throws. */
  async frame(): Promise<Uint8Array | null> {
    const header = await this.#exactly(4);
    if (header === null) return null;
    const payload = await this.#exactly(new DataView(header.buffer).getUint32(0));
    if (payload === null) throw new Error("The connection ended inside a frame");
    return payload;
  }

  /** Waits for bytes, which need not be a frame, and drops them. */
  async dropSome(): Promise<void> {
    assertNotEquals(await this.#conn.read(new Uint8Array(64 * 1024)), null);
  }

  /** The next reply, `[1, msgid, error, result]`. */
  async reply(): Promise<[1, number, [code: string, message: string] | null, unknown]> {
    const payload = await this.frame();
    if (payload === null) throw new Error("The connection ended where a reply was due");
    return msgpackDecode(payload) as [1, number, [string, string] | null, unknown];
  }

  /** Asks for one thing while nothing else is open. @returns the result. */
  async ask(method: string, ...params: unknown[]): Promise<unknown> {
    await this.send(requestFrame(1, method, params));
    const [type, msgid, error, result] = await this.reply();
    assertEquals([type, msgid, error], [1, 1, null]);
    return result;
  }

  /** Asks for one thing that is refused. @returns the error. */
  async askInVain(
    method: string,
    ...params: unknown[]
  ): Promise<{ code: string; message: string }> {
    await this.send(requestFrame(1, method, params));
    return await this.refusal(1);
  }

  /** The error of the next reply, which must be one, to the request `msgid`. */
  async refusal(msgid: number): Promise<{ code: string; message: string }> {
    const [type, replyMsgid, error, result] = await this.reply();
    assertEquals([type, replyMsgid, error?.length, result], [1, msgid, 2, null]);
    const [code, message] = error!;
    return { code, message };
  }

  /** Asserts that nothing more comes but the orderly end. */
  async expectEnd(): Promise<void> {
    assertEquals(await this.frame(), null);
  }

  /** Says that nothing more will be sent. */
  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }

  /** Ends it. May be called again. */
  [Symbol.dispose](): void {
    clearTimeout(this.#watchdog);
    if (!this.#closed) this.#conn.close();
    this.#closed = true;
  }

  /** The next `count` bytes as an array of their own; `null` when the end comes before the first. */
  async #exactly(count: number): Promise<Uint8Array<ArrayBuffer> | null> {
    const bytes = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      if (this.#held.length === 0) {
        const chunk = new Uint8Array(64 * 1024);
        const received = await this.#conn.read(chunk);
        if (received === null && at === 0) return null;
        if (received === null) throw new Error("The connection ended inside a frame");
        this.#held = chunk.subarray(0, received);
      }
      const part = this.#held.subarray(0, count - at);
      bytes.set(part, at);
      at += part.length;
      this.#held = this.#held.subarray(part.length);
    }
    return bytes;
  }
}

/** The payloads of whole frames that lie one behind the other. */
export function framesIn(bytes: Uint8Array): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const start = at + 4;
    at = start + new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0);
    if (at > bytes.length) throw new Error("A frame is cut");
    payloads.push(bytes.slice(start, at));
  }
  return payloads;
}
