import { Server, type ServerOptions } from "../../kvserver/mod.ts";
import { silentLogger } from "../../log/mod.ts";

/** Runs `body` with the address of the first query port of a server, and what was wrong on its connections. */
export async function served(
  options: ServerOptions,
  body: (address: string, faults: unknown[], server: Server) => Promise<void>,
): Promise<void> {
  const faults: unknown[] = [];
  const server = await Server.start({
    startPort: 0,
    queryActorCount: 1,
    log: silentLogger,
    onFault: (_peer, error) => faults.push(error),
    ...options,
  });
  try {
    await body(server.queryAddresses[0], faults, server);
  } finally {
    await server.close();
  }
}
