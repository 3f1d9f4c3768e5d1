import { tcpDialer } from "./tcp_dialer.ts";
import type { Dialer } from "./transport.ts";
import { isWebSocketAddress, webSocketDialer } from "./web_socket.ts";

/** The connections that a client makes: a WebSocket where the address is that of one, and TCP elsewhere. */
export const clientDialer: Dialer = {
  connect: (address, signal) =>
    (isWebSocketAddress(address) ? webSocketDialer : tcpDialer).connect(address, signal),
};
