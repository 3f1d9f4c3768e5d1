import { until } from "../support/until.ts";

/** What is spoken over a WebSocket at the door. */
export const gmcp = "gmcp.mudstandards.org";
export const terminal = "terminal.mudstandards.org";

/** A browser, as far as the protocol goes. */
export class Page implements AsyncDisposable {
  text = "";
  readonly told = new Map<string, unknown>();
  code: number | undefined;
  readonly #socket: WebSocket;
  readonly #closed = Promise.withResolvers<void>();
  readonly #opened = Promise.withResolvers<void>();
  #seen = 0;

  constructor(address: string, protocols: string[]) {
    const socket = this.#socket = new WebSocket(`ws://${address}/play`, protocols);
    socket.binaryType = "arraybuffer";
    const decoder = new TextDecoder();
    socket.onopen = () => this.#opened.resolve();
    socket.onmessage = ({ data }) => {
      if (typeof data !== "string") {
        this.text += decoder.decode(data, { stream: true });
        return;
      }
      const [, name, json] = /^(\S+)(?: ([^]*))?$/.exec(data)!;
      this.told.set(name, json === undefined ? undefined : JSON.parse(json));
    };
    socket.onclose = ({ code }) => {
      this.code = code;
      this.#closed.resolve();
    };
    socket.onerror = () => {};
  }

  static async open(address: string, ...protocols: string[]): Promise<Page> {
    const page = new Page(address, protocols);
    await page.#opened.promise;
    return page;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  say(name: string, data?: unknown): void {
    this.#socket.send(data === undefined ? name : `${name} ${JSON.stringify(data)}`);
  }

  type(text: string): void {
    this.#socket.send(new TextEncoder().encode(text));
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(data);
  }

  async sees(what: string): Promise<void> {
    await until(`it is said: ${what}`, () => {
      if (this.code !== undefined) throw new Error(`it is closed with ${this.code}`);
      return this.text.includes(what, this.#seen);
    }).catch((error) => {
      throw new Error(`but: ${this.text.slice(-500)}`, { cause: error });
    });
    this.#seen = this.text.indexOf(what, this.#seen) + what.length;
  }

  async enrol(name: string, end: string): Promise<void> {
    await this.sees("Name: ");
    this.type(name + end);
    await this.sees("New password: ");
    this.type("correct horse" + end);
    await this.sees("again: ");
    this.type("correct horse" + end);
    await this.sees(`Welcome, ${name}`);
    this.type(end.repeat(5));
  }

  /** Goes without a word, as a telephone does that has no network any more. */
  lose(): Promise<void> {
    this.#socket.close(3_000);
    return this.#closed.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState <= WebSocket.OPEN) this.#socket.close();
    await this.#closed.promise;
  }
}
