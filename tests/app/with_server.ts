import { Server } from "../../kvserver/mod.ts";
import { freePorts } from "../support/ports.ts";

/** Calls `use` with the query addresses of a running server, and stops it afterwards. */
export async function withServer(
  use: (...queryAddresses: string[]) => Promise<void>,
  queryActorCount = 1,
): Promise<void> {
  const server = await Server.start({ startPort: 0, queryActorCount });
  try {
    await use(...server.queryAddresses);
  } finally {
    await server.close();
  }
}

/** An address where nobody listens. */
export function deadAddress(): string {
  return `127.0.0.1:${freePorts(1)}`;
}
