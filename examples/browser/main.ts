/**
 * Two servers that have joined, and a page of each that shows the same keys: what is put in one is seen in
 * the other.
 *
 *     deno task browser
 *
 * @module
 */

import { HttpPort } from "../../http/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { silentLogger } from "../../log/mod.ts";
import { realEnvironment, tcpTransport } from "../../rpc/mod.ts";
import { pages } from "./pages.ts";

const [client = "npm"] = Deno.args;

const descriptions: string[] = [];
for (let i = 0; i < 2; i++) {
  const http = await HttpPort.open({
    address: "127.0.0.1:0",
    version: "example",
    environment: realEnvironment,
    transport: tcpTransport,
    log: silentLogger,
    pages: pages(client),
  });
  const server = await Server.start({
    startPort: 0,
    queryActorCount: 1,
    remoteDescs: descriptions,
  });
  http.show(server);
  descriptions.push(server.description);
  console.log(`http://${http.address}/`);
}
