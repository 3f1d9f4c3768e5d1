import { Server, type ServerOptions } from "../../kvserver/mod.ts";
import { silentLogger } from "../../log/mod.ts";
import { openHttpPort } from "../support/http_port.ts";

/** Runs `body` with a server, and where it is shown over HTTP. */
export async function withShownServer(
  options: ServerOptions,
  body: (http: string, server: Server) => Promise<void>,
): Promise<void> {
  const http = await openHttpPort();
  const server = await Server.start({
    startPort: 0,
    queryActorCount: 2,
    threads: 1,
    log: silentLogger,
    ...options,
  });
  try {
    http.show(server);
    await body(http.address, server);
  } finally {
    await server.close();
    await http.close();
  }
}
