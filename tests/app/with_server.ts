import { Server } from "../../kvserver/mod.ts";

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

/** An address where nobody listens: bound once, and free again. */
export function deadAddress(): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return `127.0.0.1:${port}`;
}

/**
 * A port that is free, as the next one is, and will be: it lies below those that a machine hands out
 * by itself.
 */
export function freePortPair(): number {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    try {
      for (const hostPort of [port, port + 1]) {
        Deno.listen({ hostname: "127.0.0.1", port: hostPort }).close();
      }
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
