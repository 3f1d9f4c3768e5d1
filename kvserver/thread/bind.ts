import { reasonOf } from "../../log/mod.ts";
import { formatAddress } from "../../rpc/mod.ts";

/** Runs `start`, which binds a port. @throws {Error} one that says which, when it cannot be bound. */
export async function bind<T>(
  hostname: string,
  port: number,
  start: () => T | Promise<T>,
): Promise<T> {
  try {
    return await start();
  } catch (cause) {
    const why = reasonOf(cause);
    throw new Error(`Cannot listen on ${formatAddress({ hostname, port })}: ${why}`, { cause });
  }
}
