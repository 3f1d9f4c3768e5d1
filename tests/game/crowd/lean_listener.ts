import { pingCall, unwatchCall, watchCall } from "../../../kvcommon/mod.ts";
import { defaultLimits } from "../../../limits.ts";
import { beginRequest, type Call, MsgpackWriter, parseAddress } from "../../../rpc/mod.ts";

/** What comes is read into this by all of them, because nobody looks at it. */
const discarded = new Uint8Array(256 * 1024);

/** Listens to prefixes as the client's `Listener` does, on one connection, and hears no more than that something came. */
export class LeanListener {
  #opened: Promise<Deno.TcpConn>;
  #writer = new MsgpackWriter();
  #msgid = 0;
  /** The ids of its watches, which a server numbers as they come, by prefix. */
  #ids = new Map<string, number>();
  #lastId = 0;
  #heardMs = performance.now();
  #ended: Promise<void>;

  constructor(address: string) {
    this.#opened = Deno.connect(parseAddress(address));
    this.#ended = this.#discard();
  }

  /** Says to which prefixes it listens from now on. @returns those that are new. */
  listen(prefixes: readonly string[]): string[] {
    for (const [prefix, id] of this.#ids) {
      if (prefixes.includes(prefix)) continue;
      this.#ids.delete(prefix);
      this.#add(unwatchCall(id));
    }
    const added = prefixes.filter((prefix) => !this.#ids.has(prefix));
    for (const prefix of added) {
      this.#ids.set(prefix, ++this.#lastId);
      this.#add(watchCall(prefix));
    }
    this.#send();
    return added;
  }

  /** Asks whether the server is there, when nothing has come for a while. */
  ping(): void {
    if (performance.now() - this.#heardMs < defaultLimits.listenPingMs) return;
    this.#heardMs = performance.now();
    this.#add(pingCall);
    this.#send();
  }

  async close(): Promise<void> {
    (await this.#opened).close();
    await this.#ended;
  }

  #add(call: Call<unknown>): void {
    const frame = beginRequest(this.#writer, ++this.#msgid, call.method);
    call.writeParams(this.#writer);
    this.#writer.endFrame(frame);
  }

  /** So little is taken by any socket at once. */
  async #send(): Promise<void> {
    if (this.#writer.size === 0) return;
    const requests = this.#writer.written().slice();
    this.#writer.clear();
    await (await this.#opened).write(requests);
  }

  async #discard(): Promise<void> {
    const conn = await this.#opened;
    conn.setNoDelay(true);
    // A read that is under way when this is closed fails.
    const read = () => conn.read(discarded).catch(() => null);
    while (await read() !== null) this.#heardMs = performance.now();
  }
}
