import { httpLimits } from "../limits.ts";
import { type ByteStream, ConnectionRoom, hostOf, type Served, type Standing } from "../rpc/mod.ts";
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
  /** What the client has shown by now of what it is here for. Default: enough. */
  readonly standing?: Standing;
  /** Serves the connection behind that; resolves when it has ended. */
  serve(stream: ByteStream): Promise<void>;
}

/**
 * Lets WebSockets in to the query actors of a server: so many at once, because others use the port too. When
 * there are as many, one that has shown nothing makes way for the next.
 */
export class RpcDoor {
  #room = new ConnectionRoom(httpLimits.webSocketsMax);

  /** Answers a request for a WebSocket. */
  answer(request: Request, shown: Shown): Answer | Upgrade {
    const refusal = handshakeRefusal(request);
    if (refusal !== undefined) return refusal;
    if (typeof shown === "string") return plain(503, `The server is ${shown}`);
    const room = this.#room;
    if (!room.hasRoom && room.makeRoom() === undefined) {
      const { webSocketsMax } = httpLimits;
      return plain(503, `There are ${room.size} WebSockets, allowed are ${webSocketsMax}`);
    }
    let served: Served | undefined;
    return {
      handshake: handshakeResponse(request),
      get standing() {
        return served?.standing ?? "claiming";
      },
      serve: async (stream) => {
        served = shown.serveQueries(new WebSocketStream(stream));
        await this.#untilEnd(served, stream);
      },
    };
  }

  async #untilEnd(served: Served, stream: ByteStream): Promise<void> {
    let isIn = true;
    const leave = () => {
      if (isIn) this.#room.remove(occupant);
      isIn = false;
    };
    const occupant = {
      host: hostOf(stream.peer),
      get standing() {
        return served.standing;
      },
      makeWay() {
        stream.close();
        leave();
      },
    };
    this.#room.add(occupant);
    try {
      await served.ended;
    } finally {
      leave();
    }
  }
}
