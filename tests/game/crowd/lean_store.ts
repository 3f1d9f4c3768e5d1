import { cmudProtocol } from "../../../bench/cmud_protocol.ts";
import { LoadConnection } from "../../../bench/load_connection.ts";
import { beginRequest, MsgpackWriter } from "../../../rpc/mod.ts";
import type { GameStore } from "../../../app/game/state/store.ts";

/** Asks what a game asks, on one connection, and takes note of no answer but that it has come. */
export class LeanStore implements GameStore {
  #address: string;
  #opened: Promise<LoadConnection>;
  #writer = new MsgpackWriter();
  #count = 0;
  #asked: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(address: string) {
    this.#address = address;
    this.#opened = LoadConnection.open(address, { protocol: cmudProtocol });
  }

  async get(key: string): Promise<undefined> {
    await this.#ask("Get", key);
  }

  put(key: string, value: string): Promise<void> {
    return this.#ask("Put", key, value);
  }

  async list(prefix: string): Promise<Map<string, string>> {
    await this.#ask("List", prefix);
    return new Map();
  }

  address(): string {
    return this.#address;
  }

  server(): string {
    return this.#address;
  }

  async close(): Promise<void> {
    (await this.#opened).close();
  }

  /** What is asked in one turn leaves together, as a client sends it. */
  #ask(method: string, ...params: string[]): Promise<void> {
    const frame = beginRequest(this.#writer, ++this.#count, method);
    this.#writer.arrayHeader(params.length);
    for (const param of params) this.#writer.str(param);
    this.#writer.endFrame(frame);
    return this.#asked ??= Promise.resolve().then(() => this.#send());
  }

  #send(): Promise<void> {
    const requests = this.#writer.written().slice();
    const count = this.#count;
    this.#writer.clear();
    this.#count = 0;
    this.#asked = undefined;
    return this.#last = this.#last.then(async () => {
      await (await this.#opened).exchange(requests, count);
    });
  }
}
