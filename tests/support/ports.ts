import { parseAddress } from "../../rpc/mod.ts";

/** The port of a `host:port`. */
export function portOf(address: string): number {
  return parseAddress(address).port;
}

/** Binds a port of 127.0.0.1; `null` when it is taken. 0: any. */
export function tryListen(port: number): Deno.TcpListener | null {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return null;
    throw error;
  }
}

/** Whether all of these ports can be bound at this moment. */
export function areFree(...ports: number[]): boolean {
  const listeners = ports.map(tryListen);
  for (const listener of listeners) listener?.close();
  return !listeners.includes(null);
}

/**
 * The first of `count` ports in a row that are free, and will be: they lie below those that a machine
 * hands out by itself, to whatever else runs on it.
 */
export function freePorts(count: number): number {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    if (areFree(...Array.from({ length: count }, (_, i) => first + i))) return first;
  }
}
