import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { consoleLogger } from "../../log/mod.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { type Body, errorCodes, MaelstromError, type Message } from "./message.ts";
import { MessageTransport, type StreamBody } from "./message_transport.ts";
import { handlers } from "./workloads.ts";

/** The server of each node has the same ports: those of different nodes have nothing to do with each other. */
const startPort = 6000;

/** How long a server waits for the first one to be there. */
const [joinAgainMs, joinTriesMax] = [200, 50];

/**
 * A node of Maelstrom: a whole server, which reaches the servers of other nodes by way of Maelstrom's network and
 * syncs with them, and what answers Maelstrom's clients from it.
 */
export class MaelstromNode {
  #emit: (message: Message) => void;
  #id = "";
  #transport: MessageTransport | undefined;
  #server: Server | undefined;
  #client: Client | undefined;
  #messages = 0;
  #isClosed = false;

  /** @param emit hands a message to Maelstrom */
  constructor(emit: (message: Message) => void) {
    this.#emit = emit;
  }

  /** Takes a message. Resolves when it is answered. */
  async receive({ src, body }: Message): Promise<void> {
    if (body.type === "stream") return this.#transport?.received(src, body as StreamBody);
    try {
      this.#reply(src, body, await this.#answer(body));
    } catch (error) {
      const { code, message } = error instanceof MaelstromError
        ? error
        : { code: errorCodes.temporarilyUnavailable, message: String(error) };
      this.#reply(src, body, { type: "error", code, text: message });
    }
  }

  /** Ends the server. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#client?.close();
    await this.#server?.close();
  }

  async #answer(body: Body): Promise<Body> {
    if (body.type === "init") {
      await this.#init(body.node_id as string, body.node_ids as string[]);
      return { type: "init_ok" };
    }
    const handler = handlers[body.type];
    if (handler === undefined) {
      throw new MaelstromError(errorCodes.notSupported, `${body.type} is no request of this node`);
    }
    if (this.#client === undefined) {
      throw new MaelstromError(errorCodes.temporarilyUnavailable, "The node is not initialised");
    }
    return await handler(body, { id: this.#id, store: this.#client });
  }

  async #init(id: string, ids: readonly string[]): Promise<void> {
    this.#id = id;
    const transport = this.#transport = new MessageTransport(
      id,
      (dest, body) => this.#sendStream(dest, body),
      realEnvironment,
    );
    const [first] = ids;
    const join = first === id ? [] : [`${first}:${startPort}`];
    this.#server = await this.#start(id, join, transport);
    this.#client = new Client(new FixedRouter(this.#server.queryAddresses[0]), { transport });
  }

  /** The others join the first one, which may be slower to start than they are. */
  async #start(id: string, join: readonly string[], transport: MessageTransport): Promise<Server> {
    for (let tries = 1;; tries++) {
      try {
        return await Server.start({
          hostname: id,
          startPort,
          queryActorCount: 1,
          join,
          transport,
          // That others are not heard is what a test of partitions is about.
          log: consoleLogger("error"),
        });
      } catch (error) {
        if (tries === joinTriesMax || this.#isClosed) throw error;
        await new Promise((resolve) => setTimeout(resolve, joinAgainMs));
      }
    }
  }

  #sendStream(dest: string, body: StreamBody): void {
    if (dest !== this.#id) return this.#emit({ src: this.#id, dest, body });
    queueMicrotask(() => this.#transport?.received(dest, body));
  }

  #reply(dest: string, { msg_id }: Body, body: Body): void {
    const message = { ...body, msg_id: ++this.#messages, in_reply_to: msg_id };
    this.#emit({ src: this.#id, dest, body: message });
  }
}
