/**
 * What a server shows over HTTP: health, readiness, its figures as JSON and for Prometheus.
 *
 * ```ts
 * import { Server } from "../kvserver/mod.ts";
 * import { silentLogger } from "../log/mod.ts";
 * import { realEnvironment, tcpTransport } from "../rpc/mod.ts";
 * import { HttpPort } from "./mod.ts";
 *
 * const http = await HttpPort.open({
 *   address: "127.0.0.1:0",
 *   version: "1.0.0",
 *   environment: realEnvironment,
 *   transport: tcpTransport,
 *   log: silentLogger,
 * });
 * const server = await Server.start({ startPort: 0, queryActorCount: 1 });
 * http.show(server);
 * const response = await fetch(`http://${http.address}/readyz`);
 * if (await response.text() !== "ready\n") throw new Error("it is not ready");
 * http.show("stopping");
 * await server.close();
 * await http.close();
 * ```
 *
 * @module
 */

export { plain, responseOf } from "./answer.ts";
export { HttpConnection } from "./http_connection.ts";
export type { Upgrade } from "./rpc_door.ts";
export { pageFiles } from "./page_files.ts";
export { askedProtocols, handshakeRefusal, handshakeResponse } from "./web_socket_handshake.ts";
export { type WebSocketMessage, WebSocketMessages } from "./web_socket_messages.ts";
export { livePage } from "./live_page.ts";
export type { ProblemsOf } from "./live_feed.ts";
export type { Answer } from "./answer.ts";
export { HttpPort, type HttpPortOptions } from "./http_port.ts";
export type { Shown, StatsSource } from "./stats_source.ts";
