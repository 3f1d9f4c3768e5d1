import { httpLimits } from "../limits.ts";
import type { ByteStream } from "../rpc/mod.ts";
import { type Answer, plain } from "./answer.ts";
import type { Shown } from "./stats_source.ts";
import { handshakeRefusal, handshakeResponse } from "./web_socket_handshake.ts";
import { WebSocketStream } from "./web_socket_stream.ts";

/** The path at which a server speaks to clients that have no sockets but WebSockets. */
export const rpcPath = "/rpc";

/** What becomes of a connection that goes on as a WebSocket. */
export interface Upgrade {
  /** What agrees to it, as it goes to the client. */
  readonly handshake: Uint8Array;
  /** Serves the connection behind that; resolves when it has ended. */
  serve(stream: ByteStream): Promise<void>;
}

/** Lets WebSockets in to the query actors of a server: so many at once, because others use the port too. */
export class RpcDoor {
  #open = 0;

  /** Answers a request for a WebSocket. */
  answer(request: Request, shown: Shown): Answer | Upgrade {
    const refusal = handshakeRefusal(request);
    if (refusal !== undefined) return refusal;
    if (typeof shown === "string") return plain(503, `The server is ${shown}`);
    const { webSocketsMax } = httpLimits;
    if (this.#open >= webSocketsMax) {
      return plain(503, `There are ${this.#open} WebSockets, allowed are ${webSocketsMax}`);
    }
    return {
      handshake: handshakeResponse(request),
      serve: async (stream) => {
        this.#open++;
        try {
          await shown.serveQueries(new WebSocketStream(stream));
        } finally {
          this.#open--;
        }
      },
    };
  }
}
