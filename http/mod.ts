/**
 * What a server shows over HTTP: health, readiness, its figures as JSON and for Prometheus.
 *
 * ```ts
 * import { Server } from "../kvserver/mod.ts";
 * import { realEnvironment } from "../rpc/mod.ts";
 * import { HttpPort } from "./mod.ts";
 *
 * const http = HttpPort.open({
 *   address: "127.0.0.1:0",
 *   version: "1.0.0",
 *   timers: realEnvironment,
 *   onFailure: console.error,
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

export { type HttpListen, type HttpListener, HttpPort, type HttpPortOptions } from "./http_port.ts";
export type { Shown, StatsSource } from "./stats_source.ts";
