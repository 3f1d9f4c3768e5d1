import { nodeTcpDialer } from "./node_tcp.ts";
import { tcpTransport } from "./tcp.ts";
import type { Dialer } from "./transport.ts";

/** TCP connections of the runtime that the program is on: Deno's own, or else those of `node:net`. */
export const tcpDialer: Dialer = "Deno" in globalThis ? tcpTransport : nodeTcpDialer;
