import { tcpTransport } from "../../rpc/mod.ts";
import { type ScriptedRequest, ScriptedServer } from "../support/scripted_server.ts";

/** A system port that greets as the test says, and keeps what it is told. */
export class FakeSystem implements Disposable {
  /** When each greeting came, on the monotonic clock. */
  readonly greetedMs: number[] = [];
  /** What becomes of a greeting. Default: no reply at all. */
  onHello: (request: ScriptedRequest) => void = () => {};
  #server = new ScriptedServer(tcpTransport, 0, "127.0.0.1");

  constructor() {
    this.#server.onRequest = (request) => {
      if (request.method !== "Hello") return;
      this.greetedMs.push(performance.now());
      this.onHello(request);
    };
  }

  get address(): string {
    return this.#server.address;
  }

  /** Accepts a greeting. */
  accept(request: ScriptedRequest): void {
    this.#server.reply(request, null);
  }

  /** Refuses a greeting. */
  refuse(request: ScriptedRequest, code: string): void {
    this.#server.refuse(request, code, "Cannot greet");
  }

  [Symbol.dispose](): void {
    this.#server.close();
  }
}
