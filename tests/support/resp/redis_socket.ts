import { parseAddress } from "../../../rpc/mod.ts";
import { replyEnd } from "./reply_end.ts";

/** A connection whose server is silent for so long is ended. */
const patienceMs = 20_000;

/** A command: its name and arguments, in which each character stands for a byte. */
export type CommandWords = readonly string[];

/** Bytes of which each is a character, as they are compared and printed. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8_192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  }
  return text;
}

/** The bytes that characters up to U+00FF stand for. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** A text as the characters that stand for its bytes in UTF-8. */
export function utf8(text: string): string {
  return latin1(new TextEncoder().encode(text));
}

/** A command as it stands on the wire. */
export function encoded(words: CommandWords): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

/** A connection that sends what it is given and tells replies as they came. */
export class RedisSocket implements Disposable {
  #conn: Deno.TcpConn;
  #isClosed = false;
  /** What was received and not given out is the first `#end` bytes. */
  #received = new Uint8Array(64 * 1024);
  #end = 0;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async connect(address: string): Promise<RedisSocket> {
    return new RedisSocket(await Deno.connect(parseAddress(address)));
  }

  /** Sends bytes, given as characters. */
  async send(text: string): Promise<void> {
    const bytes = bytesOf(text);
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }

  /** Says that nothing more comes. */
  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }

  /** The next reply. */
  async reply(): Promise<string> {
    for (;;) {
      const end = this.#end === 0 ? -1 : replyEnd(this.#received.subarray(0, this.#end), 0);
      if (end >= 0) return this.#take(end);
      if (!await this.#receive()) throw new Error("The connection was ended before its reply");
    }
  }

  /** Sends commands in one go. @returns their replies. */
  async ask(commands: readonly CommandWords[]): Promise<string[]> {
    const sent = this.send(commands.map(encoded).join(""));
    const replies: string[] = [];
    for (let i = 0; i < commands.length; i++) replies.push(await this.reply());
    await sent;
    return replies;
  }

  /** All that comes until the other side ends it; a reset is an end too. */
  async rest(): Promise<string> {
    while (await this.#receive());
    return this.#take(this.#end);
  }

  async #receive(): Promise<boolean> {
    if (this.#end === this.#received.length) {
      const longer = new Uint8Array(2 * this.#end);
      longer.set(this.#received);
      this.#received = longer;
    }
    let count: number | null;
    const timer = setTimeout(() => this[Symbol.dispose](), patienceMs);
    try {
      count = await this.#conn.read(this.#received.subarray(this.#end));
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
      count = null;
    } finally {
      clearTimeout(timer);
    }
    this.#end += count ?? 0;
    return count !== null;
  }

  #take(end: number): string {
    const taken = latin1(this.#received.subarray(0, end));
    this.#received.copyWithin(0, end, this.#end);
    this.#end -= end;
    return taken;
  }

  [Symbol.dispose](): void {
    if (!this.#isClosed) this.#conn.close();
    this.#isClosed = true;
  }
}
